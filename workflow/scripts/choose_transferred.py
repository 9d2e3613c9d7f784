"""Choose the best sub-networks of one platform's front, to be measured on another platform."""

from job import logged, supernet

from archfront.core.archive import read_archive
from archfront.core.files import write_table
from archfront.core.pareto import archive_costs
from archfront.search.crowding import best

with logged(snakemake.log[0]):
    params = snakemake.params
    front = read_archive(snakemake.input.front)
    chosen = best(archive_costs(front, params.objectives), params.batch)
    columns = ["digest", *supernet(params).space.names]
    write_table(snakemake.output.population, front.iloc[chosen][columns])
