"""Print the progress of the experiment."""

import sys
from pathlib import Path

from job import logged

from archfront.measurement.store import MeasurementStore
from archfront.runs.progress import progress, told

with logged(snakemake.log[0]):
    params = snakemake.params
    table = progress(params.experiment, Path(params.folder), MeasurementStore(params.store).table())
    print(told(table), file=sys.__stdout__)
