"""Write one file with all that the paper's figures and tables are made from."""

from pathlib import Path

from job import logged

from archfront.paper.record import write_record

with logged(snakemake.log[0]):
    params = snakemake.params
    write_record(Path(params.results), params.studies, Path(snakemake.output.record))
