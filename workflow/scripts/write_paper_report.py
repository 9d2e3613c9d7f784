"""Write the page with the paper's figures, tables and verdicts."""

from pathlib import Path

from job import logged

from archfront.core.files import read_table, write_text
from archfront.paper.report import report

with logged(snakemake.log[0]):
    params, claims = snakemake.params, read_table(snakemake.input.claims)
    page = report(Path(params.folder), snakemake.wildcards.setting, params.studies, claims)
    write_text(snakemake.output.report, page)
