"""The README's own super-network, run as it stands there, from another folder."""

import os
import re
import subprocess
import sys

import pandas as pd
import pytest
from helpers.runs import ROOT

pytestmark = pytest.mark.xdist_group("latency")


def test_the_readmes_super_network_runs(tmp_path):
    blocks = re.findall(
        r"```(?:python|yaml)\n# (\S+)\n(.*?)```", (ROOT / "README.md").read_text(), re.S
    )
    assert [name for name, _ in blocks] == ["mynets.py", "config.yaml"]
    for name, text in blocks:
        assert len(text.splitlines()) < 40
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [sys.executable, ROOT / "workflow" / "run.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": "."},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "Report: results/mine/report.html" in done.stdout
    summary = pd.read_csv(tmp_path / "results" / "mine" / "summary.csv")
    assert (summary["front_size"] > 0).all() and len(summary) == 3
