"""Write the sample of a seed: its population, one row per sub-network."""

from job import logged, supernet

from archfront.constraints import constrained_space
from archfront.files import write_table
from archfront.search.sampling import initial_sample
from archfront.tables import with_digests
from archfront.user_files import configurations

with logged(snakemake.log[0]):
    own, sampling = supernet(snakemake.params).space, snakemake.params.sampling
    space = constrained_space(own, snakemake.input.constraints)
    given = configurations(snakemake.input.given, space) if snakemake.input.given else []
    population = initial_sample(
        space, sampling["count"], int(snakemake.wildcards.seed), sampling["extremes"], given
    )
    write_table(snakemake.output.population, with_digests(space, population))
