"""Write the limits that end the loops of an experiment."""

from job import logged

from archfront.core.files import write_json

with logged(snakemake.log[0]):
    loop = snakemake.params.loop
    write_json(
        snakemake.output.limit,
        {key: loop[key] for key in ("iterations", "seconds", "stagnation", "least_gain")},
    )
