"""Write the reference point and the unit of a platform's hypervolume."""

from job import logged

from archfront.core.archive import read_archive
from archfront.core.files import write_json
from archfront.core.reference import reference_point

with logged(snakemake.log[0]):
    samples = read_archive(snakemake.input.samples)
    params = snakemake.params
    reference = reference_point(samples, params.objectives, params.worst, params.bounds)
    write_json(snakemake.output.reference, reference)
    print(reference)
