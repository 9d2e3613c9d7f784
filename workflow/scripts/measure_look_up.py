"""Measure the latency of every kind of block on a platform."""

from job import logged, supernet

from archfront.files import write_table
from archfront.measurement.host_lock import alone
from archfront.measurement.look_up import look_up_table
from archfront.measurement.platform import Platform
from archfront.measurement.store import MeasurementStore

with logged(snakemake.log[0]), alone():
    params = snakemake.params
    platform = Platform(snakemake.wildcards.platform, **params.platform)
    platform.check()
    settings = params.settings | {"data": snakemake.input.data}
    store = MeasurementStore(params.store)
    table = look_up_table(supernet(params), platform, settings, store)
    write_table(snakemake.output.table, table)
