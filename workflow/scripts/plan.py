"""Estimate the cost of the experiment; print it and write it as a table."""

import sys

from job import logged

from archfront.core.files import write_table
from archfront.measurement.store import MeasurementStore
from archfront.runs.cost_estimate import told, whole_plan

with logged(snakemake.log[0]):
    settings = snakemake.params.experiment
    table = whole_plan(settings, MeasurementStore(snakemake.params.store).table())
    write_table(snakemake.params.table, table)
    print(told(table), file=sys.__stdout__)
