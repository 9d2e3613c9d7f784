"""Write the population of a seed's sample, one row per sub-network."""

from job import logged, supernet

from archfront.config.constraints import constrained_space
from archfront.config.user_files import configurations
from archfront.core.files import write_table
from archfront.core.population_table import with_digests
from archfront.search.sampling import initial_sample

with logged(snakemake.log[0]):
    own, params = supernet(snakemake.params).space, snakemake.params
    space = constrained_space(own, snakemake.input.constraints)
    given = configurations(snakemake.input.given, space) if snakemake.input.given else []
    seed, count = int(snakemake.wildcards.seed), min(int(params.number), space.size)
    population = initial_sample(space, count, seed, params.extremes, given, params.even)
    write_table(snakemake.output.population, with_digests(space, population))
