"""Count how often each value of each elastic parameter is in a platform's fronts, and write the
constraint that follows from the counts."""

import numpy as np
import pandas as pd
from job import logged, supernet

from archfront.core.files import read_table, write_json, write_table
from archfront.core.population_table import read_population
from archfront.search import popdb

with logged(snakemake.log[0]):
    space = supernet(snakemake.params).space
    fronts = pd.concat(map(read_table, snakemake.input.fronts)).drop_duplicates("digest")
    population = read_population(space, fronts.reset_index(drop=True))
    all_of_them, thresholds = np.zeros(len(population), int), snakemake.params.popdb["thresholds"]
    content, frequencies = popdb.constrain(space, population, all_of_them, thresholds)
    write_json(snakemake.output.constraint, content)
    write_table(snakemake.output.frequencies, frequencies)
