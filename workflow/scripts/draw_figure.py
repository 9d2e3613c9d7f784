"""Draw one figure: PNG, SVG and the data behind it."""

from pathlib import Path

from job import logged

from archfront.analytics import figures, style
from archfront.supernets.registry import supernet

with logged(snakemake.log[0]):
    module = figures.module(snakemake.wildcards.figure)
    settings = snakemake.params.experiment
    table = module.table(Path(snakemake.params.folder), settings)
    remarks = supernet(settings).remarks(settings["measurement"])
    style.save(module.draw(table, settings), table, remarks, *snakemake.output)
