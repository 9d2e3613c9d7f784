"""Estimate the cost of the paper's targets; print it and write it as a table."""

import sys

from job import logged

from archfront.core.files import write_table
from archfront.measurement.store import MeasurementStore
from archfront.paper import targets
from archfront.runs.cost_estimate import paper_plan, told

with logged(snakemake.log[0]):
    studies = snakemake.params.studies
    files = {name: targets.module(name).inputs(study) for name, study in studies.items()}
    table = paper_plan(files, studies, MeasurementStore(snakemake.params.store).table())
    write_table(snakemake.params.table, table)
    hours = table[table["target"] != "all"].groupby("target", sort=False)
    print(hours[["measurements", "hours"]].sum().to_string(float_format="{:.3g}".format),
          file=sys.__stdout__)  # fmt: skip
    print("\nTogether, with what they share counted once:", file=sys.__stdout__)
    print(told(table[table["target"] == "all"].drop(columns="target")), file=sys.__stdout__)
