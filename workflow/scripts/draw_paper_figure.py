"""Draw one of the paper's figures: PNG, SVG and the data behind it."""

from pathlib import Path

from job import logged

from archfront.analytics.style import save
from archfront.paper import targets
from archfront.paper.study import remarks

with logged(snakemake.log[0]):
    module, study = targets.module(snakemake.wildcards.target), snakemake.params.study
    table = module.table(Path(snakemake.params.results), study)
    save(module.draw(table, study), table, remarks(study), *snakemake.output)
