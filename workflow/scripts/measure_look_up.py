"""Measure the latency of every kind of block on a platform."""

from job import logged, platform, supernet

from archfront.core.consistency import check
from archfront.core.files import write_table
from archfront.measurement.host_lock import alone
from archfront.measurement.store import MeasurementStore
from archfront.predictors.look_up import look_up_table

with logged(snakemake.log[0]), alone():
    params = snakemake.params
    network = supernet(params)
    where = platform(snakemake.wildcards.platform, params.platform, network)
    settings = params.settings | {"data": snakemake.input.data}
    check(snakemake.input.data, "latency", params.under)
    store = MeasurementStore(params.store)
    table = look_up_table(network, where, settings, store)
    write_table(snakemake.output.table, table)
