"""Check the promises of the super-network's class, and compare its top-1 with published values."""

import sys

from job import logged, supernet

from archfront.core.files import write_table
from archfront.measurement.self_test import conclusion, self_test
from archfront.measurement.store import MeasurementStore
from archfront.supernets.conformity import broken, conformity

with logged(snakemake.log[0]):
    params = snakemake.params
    settings = params.settings | {"data": snakemake.input.data}
    network, store = supernet(params), MeasurementStore(params.store)
    checks = conformity(params.supernet, params.objectives, settings)
    write_table(snakemake.output.conformity, checks)
    problems = broken(checks)
    told = problems or [f"All {len(checks)} checks of its class hold"]
    print("\n".join(told), file=sys.__stderr__)
    table = self_test(network, settings, store)
    write_table(snakemake.output.table, table)
    told = [table.round(3).to_string(index=False)] if len(table) else []
    told += [*network.remarks(settings), conclusion(table)]
    print("\n".join(told), file=sys.__stderr__)
