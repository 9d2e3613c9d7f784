"""The measured Pareto front of an archive."""

from job import logged

from archfront.files import write_table
from archfront.tables import front, read_archive

with logged(snakemake.log[0]):
    archive = read_archive(snakemake.input.archive)
    found = front(archive, snakemake.params.objectives, snakemake.params.bounds)
    write_table(snakemake.output.front, found)
