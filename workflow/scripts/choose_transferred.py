"""The best of one platform's front, to be measured on another platform."""

from job import logged, supernet

from archfront.files import write_table
from archfront.search.crowding import best
from archfront.tables import archive_costs, read_archive

with logged(snakemake.log[0]):
    params = snakemake.params
    front = read_archive(snakemake.input.front)
    chosen = best(archive_costs(front, params.objectives), params.batch)
    columns = ["digest", *supernet(params).space.names]
    write_table(snakemake.output.population, front.iloc[chosen][columns])
