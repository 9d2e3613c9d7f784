"""The measurements of an H200 in benchmarks/recorded: its figures are drawn without a GPU."""

import gzip
import os
import shutil
import subprocess
import sys

import pytest
from helpers.runs import ROOT

from archfront.cli import main
from archfront.measurement.store import MeasurementStore

pytestmark = pytest.mark.slow
RECORDED = ROOT / "benchmarks" / "recorded" / "h200"


def test_the_figures_of_the_h200_are_drawn_again(tmp_path):
    folder = tmp_path / "drawn"
    shutil.copytree(RECORDED, folder)
    export = folder / "measurements.jsonl"
    export.write_bytes(gzip.decompress((folder / "measurements.jsonl.gz").read_bytes()))
    store = folder / "results" / "store"
    assert main(["store", "--store", str(store), "import", str(export)]) == 0
    taken = len(list(MeasurementStore(store).measurements()))
    command = [sys.executable, "-m", "snakemake", "-s", ROOT / "Snakefile", "--directory", folder]
    done = subprocess.run(
        [*command, "fig5", "fig6", "table3"],
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    for name in ("fig5", "fig6"):
        drawn = (folder / f"results/paper/devices/{name}.csv").read_text()
        assert drawn == (RECORDED / f"drawn/{name}.csv").read_text()
    header, *rows = (folder / "results/paper/devices/table3.csv").read_text().splitlines()
    assert header.startswith("experiment,supernet,platform") and len(rows) == 4
    assert len(list(MeasurementStore(store).measurements())) == taken
