"""Write the page with the paper's figures, tables and verdicts."""

from pathlib import Path

from job import logged

from archfront.core.files import read_table, written_beside
from archfront.paper.report import report

with logged(snakemake.log[0]):
    params, claims = snakemake.params, read_table(snakemake.input.claims)
    page = report(Path(params.folder), snakemake.wildcards.setting, params.studies, claims)
    with written_beside(snakemake.output.report) as beside:
        beside.write_text(page)
