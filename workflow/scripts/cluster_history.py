"""Cluster a search history and write the constrained space that follows from the clusters."""

from job import logged, supernet

from archfront.core.files import read_table, write_json, write_table
from archfront.core.population_table import read_population
from archfront.measurement.host_lock import busy
from archfront.search import popdb

with logged(snakemake.log[0]), busy():
    space = supernet(snakemake.params).space
    settings = snakemake.params.popdb
    history = read_table(snakemake.input.history)
    population = read_population(space, history)
    how = (settings[key] for key in ("min_cluster_size", "min_samples", "clustering"))
    labels = popdb.clusters(space, population, *how)
    content, frequencies = popdb.constrain(space, population, labels, settings["thresholds"])
    write_json(snakemake.output.constraint, content)
    write_table(snakemake.output.frequencies, frequencies)
    predicted = history.filter(like="predicted_").assign(cluster=labels)
    write_table(snakemake.output.clusters, predicted)
