"""What the experiment will cost: on the terminal, and as a table."""

import sys

from job import logged

from archfront.experiment import runs
from archfront.files import write_table
from archfront.measurement.store import MeasurementStore
from archfront.plan import batches, plan, told

with logged(snakemake.log[0]):
    settings = snakemake.params.experiment
    files = [f"seed{seed}/{name}/{run}/archive.csv" for seed, name, run in runs(settings)]
    table = plan(
        settings, batches(settings, files), MeasurementStore(snakemake.params.store).table()
    )
    write_table(snakemake.params.table, table)
    print(told(table), file=sys.__stdout__)
