"""Measure one objective of one chunk of a population."""

from job import logged, platform, supernet

from archfront.core.consistency import check
from archfront.core.files import read_table, write_table
from archfront.core.objective import OBJECTIVES
from archfront.core.population_table import read_population
from archfront.measurement.host_lock import alone, busy
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore

with logged(snakemake.log[0]):
    objective = OBJECTIVES[snakemake.params.objective]
    settings = snakemake.params.settings | {"data": snakemake.input.data}
    first = int(snakemake.wildcards.chunk) * settings["chunk_size"]
    chunk = read_table(snakemake.input.population)[first : first + settings["chunk_size"]]
    network = supernet(snakemake.params)
    on = snakemake.params.platform
    where = on and platform(snakemake.wildcards.platform, on, network)
    check(snakemake.input.data, objective.name, snakemake.params.under)
    store = MeasurementStore(snakemake.params.store)
    population = read_population(network.space, chunk)
    with alone() if where and network.needs_platform else busy():
        results = measure(
            network, objective, population, where, settings, store, settings["attempts"]
        )
    write_table(snakemake.output.results, results)
