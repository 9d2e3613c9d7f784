"""Write the start of a warm-started search: the best sub-networks of another search."""

from job import logged, supernet

from archfront.config.constraints import constrained_space
from archfront.core.archive import read_archive
from archfront.core.files import read_table, write_table
from archfront.core.population_table import read_population, with_digests
from archfront.search.warm_start import warm_population

with logged(snakemake.log[0]):
    params, own = snakemake.params, supernet(snakemake.params).space
    space = constrained_space(own, snakemake.input.constraints)
    samples = read_population(space, read_table(snakemake.input.samples))
    found = read_archive(snakemake.input.found)
    population = warm_population(own, space, found, params.objectives, samples, params.batch)
    write_table(snakemake.output.population, with_digests(space, population))
