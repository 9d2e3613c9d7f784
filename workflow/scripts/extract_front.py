"""Write the measured Pareto front of an archive."""

from job import logged

from archfront.core.archive import front, read_archive
from archfront.core.files import write_table

with logged(snakemake.log[0]):
    archive = read_archive(snakemake.input.archive)
    found = front(archive, snakemake.params.objectives, snakemake.params.bounds)
    write_table(snakemake.output.front, found)
