"""The README's own super-network, run as it stands there, from another folder."""

import os
import re
import subprocess
import sys

import pandas as pd
import pytest
from helpers.runs import ROOT

pytestmark = pytest.mark.xdist_group("latency")


@pytest.fixture
def folder(tmp_path):
    """A folder with the two files that the README shows."""
    blocks = re.findall(
        r"```(?:python|yaml)\n# (\S+)\n(.*?)```", (ROOT / "README.md").read_text(), re.S
    )
    assert [name for name, _ in blocks] == ["mynets.py", "config.yaml"]
    for name, text in blocks:
        assert len(text.splitlines()) < 40
        (tmp_path / name).write_text(text)
    return tmp_path


def called(folder, *command):
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": "."},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_the_readmes_super_network_is_searched(folder):
    front = "results/mine/seed1/laptop/full/front.csv"
    called(folder, "-m", "snakemake", "-s", ROOT / "Snakefile", front)
    assert len(pd.read_csv(folder / front)) > 0


@pytest.mark.slow
def test_the_readmes_super_network_runs(folder):
    assert "Report: results/mine/report.html" in called(folder, ROOT / "workflow" / "run.py")
    summary = pd.read_csv(folder / "results" / "mine" / "summary.csv")
    assert (summary["front_size"] > 0).all() and len(summary) == 3
