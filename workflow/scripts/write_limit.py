"""Write the limits that end the loops of a tactic."""

from job import logged

from archfront.core.files import write_json

with logged(snakemake.log[0]):
    write_json(snakemake.output.limit, snakemake.params.limits)
