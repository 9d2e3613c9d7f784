"""Collect the measurements of a batch into an archive, after the rows of the previous archive."""

from job import logged, supernet

from archfront.core.archive import archive, concatenated, read_archive
from archfront.core.files import read_table, write_table

with logged(snakemake.log[0]):
    previous = snakemake.input.get("previous")
    table = archive(
        supernet(snakemake.params),
        read_table(snakemake.input.population),
        concatenated(snakemake.input.measured),
        read_archive(previous) if previous else None,
        int(snakemake.params.iteration),
        snakemake.params.closed_forms,
    )
    write_table(snakemake.output.archive, table)
