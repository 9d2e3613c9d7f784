"""Write one of the paper's tables."""

from pathlib import Path

from job import logged

from archfront.core.files import write_table
from archfront.paper import targets

with logged(snakemake.log[0]):
    module = targets.module(snakemake.wildcards.target)
    table = module.table(Path(snakemake.params.results), snakemake.params.study)
    write_table(snakemake.output.csv, table)
