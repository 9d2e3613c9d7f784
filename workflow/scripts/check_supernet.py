"""Compare the super-network's top-1 with published values; write a table and print the result."""

import sys

from job import logged, supernet

from archfront.core.files import write_table
from archfront.measurement.self_test import conclusion, self_test
from archfront.measurement.store import MeasurementStore

with logged(snakemake.log[0]):
    settings = snakemake.params.settings | {"data": snakemake.input.data}
    network, store = supernet(snakemake.params), MeasurementStore(snakemake.params.store)
    table = self_test(network, settings, store)
    write_table(snakemake.output.table, table)
    told = [table.round(3).to_string(index=False), *network.remarks(settings), conclusion(table)]
    print("\n".join(told), file=sys.__stderr__)
