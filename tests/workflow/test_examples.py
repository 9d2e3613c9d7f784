"""The super-networks of examples/: each is trained and searched as its docstring says."""

import os
import re
import subprocess
import sys

import pandas as pd
import pytest
from helpers.runs import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("latency")]


@pytest.mark.parametrize("name", ["vit", "encoder", "language_model", "unet"])
def test_an_example_is_trained_and_searched(name, tmp_path):
    def called(*command):
        there = {"PYTHONPATH": os.pathsep.join(map(str, (ROOT / "examples", ROOT / "workflow")))}
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=os.environ | there, text=True,
            capture_output=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

    called(ROOT / f"examples/{name}.py")
    called(ROOT / "workflow/run.py", "--configfile", ROOT / f"examples/{name}.yaml")
    fronts = pd.read_csv(tmp_path / f"results/{name}/summary.csv")
    assert (fronts["front_size"] >= 3).all()
    text = (ROOT / f"examples/{name}.py").read_text()
    (adapter,) = re.findall(r"^class \w+\((?!nn\.).*?\n\n\n", text, re.M | re.S)
    assert len(adapter.splitlines()) <= 40
