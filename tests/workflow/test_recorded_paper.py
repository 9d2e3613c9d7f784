"""The record of the paper's experiments in benchmarks/recorded: verdicts without its data."""

import os
import subprocess
import sys

import pandas as pd
import pytest
from helpers.runs import ROOT

from archfront.paper import targets
from archfront.paper.claims import CLAIMS

pytestmark = pytest.mark.slow
RECORDED = ROOT / "benchmarks" / "recorded" / "paper"


def test_the_recorded_figures_and_verdicts_are_made_again(tmp_path):
    there = {k: v for k, v in os.environ.items() if k != "ARCHFRONT_PUBLISHED_DATA"}
    done = subprocess.run(
        [sys.executable, "workflow/verify.py", "--out", tmp_path],
        env=there | {"PYTHONPATH": str(ROOT / "workflow")},
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / "claims.csv").read_bytes() == (RECORDED / "claims.csv").read_bytes()
    for name in targets.ORDER:
        assert len(pd.read_csv(tmp_path / f"{name}.csv"))
        assert name not in targets.FIGURES or (tmp_path / f"{name}.png").stat().st_size > 10_000
    assert len(pd.read_csv(RECORDED / "claims.csv")) == len(CLAIMS)


def test_the_record_is_small():
    assert (RECORDED / "record.tar.xz").stat().st_size <= 5_000_000
