"""Write the sample of a seed: its population, one row per sub-network."""

from job import logged, supernet

from archfront.constraints import constrained_space
from archfront.files import read_json, write_table
from archfront.search.sampling import initial_sample
from archfront.tables import with_digests

with logged(snakemake.log[0]):
    space = constrained_space(supernet(snakemake.params).space, snakemake.input.constraints)
    sampling = snakemake.params.sampling
    given = read_json(snakemake.input.given) if snakemake.input.given else []
    population = initial_sample(
        space, sampling["count"], int(snakemake.wildcards.seed), sampling["extremes"], given
    )
    write_table(snakemake.output.population, with_digests(space, population))
