"""Take the best of another search as the start of this one."""

import pandas as pd
from job import logged, supernet

from archfront.constraints import constrained_space
from archfront.files import write_table
from archfront.search.warm_start import warm_population
from archfront.tables import read_archive, read_population, with_digests

with logged(snakemake.log[0]):
    params, own = snakemake.params, supernet(snakemake.params).space
    space = constrained_space(own, snakemake.input.constraints)
    samples = read_population(space, pd.read_csv(snakemake.input.samples))
    found = read_archive(snakemake.input.found)
    population = warm_population(own, space, found, params.objectives, samples, params.batch)
    write_table(snakemake.output.population, with_digests(space, population))
