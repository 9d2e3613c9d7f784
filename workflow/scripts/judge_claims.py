"""Judge the paper's claims on the data behind its figures."""

from pathlib import Path

from job import logged

from archfront.core.files import read_table, write_table
from archfront.paper.claims import verdicts

with logged(snakemake.log[0]):
    tables = {Path(path).stem: read_table(path) for path in snakemake.input.tables}
    found = verdicts(tables)
    write_table(snakemake.output.claims, found)
    print(found[["claim", "verdict", "verdict_archfront"]].to_string(index=False))
