"""The benchmark gpu.py: its report after crashes and time-outs, and a rehearsal on a processor."""

import json
import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import yaml
from helpers.runs import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
import gpu

BENCHMARK = ROOT / "benchmarks" / "gpu.py"


@pytest.fixture
def report(tmp_path):
    found = gpu.Report(tmp_path / "gpu.json")
    found.put(began=0.0, asked={"device": "cpu"})
    return found


def scripted(monkeypatch, tmp_path, text):
    """Replace the steps of the benchmark by a script with these statements."""
    script = tmp_path / "steps.py"
    script.write_text(
        f"import os, sys, time\nsys.path.insert(0, {str(ROOT / 'benchmarks')!r})\n"
        "from pathlib import Path\nfrom gpu import AGAIN, Report\n"
        f"report = Report(Path(sys.argv[1]) / 'gpu.json')\n{text}"
    )
    monkeypatch.setattr(gpu, "STEPS", script)


def test_the_next_step_runs_after_a_step_that_aborts_its_process(report, tmp_path, monkeypatch):
    scripted(
        monkeypatch,
        tmp_path,
        "if 'first' not in report['steps']:\n"
        "    report.step('first', state='running', until=time.time() + 60)\n"
        "    os.abort()\n"
        "report.step('second', state='done')\n",
    )
    gpu.supervised(tmp_path, gpu.time.time() + 60)
    steps = json.loads((tmp_path / "gpu.json").read_text())["steps"]
    assert steps["first"]["state"] == "failed" and "status -6" in steps["first"]["why"]
    assert steps["second"]["state"] == "done"


def test_a_step_that_hangs_is_ended_with_its_child_processes(report, tmp_path, monkeypatch):
    monkeypatch.setattr(gpu, "GRACE", 0.5)
    scripted(
        monkeypatch,
        tmp_path,
        "import subprocess\n"
        "if 'first' not in report['steps']:\n"
        "    child = subprocess.Popen(['sleep', '300'])\n"
        "    report.put(child=child.pid)\n"
        "    report.step('first', state='running', until=time.time())\n"
        "    time.sleep(300)\n"
        "report.step('second', state='done')\n",
    )
    gpu.supervised(tmp_path, gpu.time.time() + 60)
    content = json.loads((tmp_path / "gpu.json").read_text())
    assert content["steps"]["first"]["why"].startswith("the step exceeded its time")
    assert content["steps"]["second"]["state"] == "done"
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(content["child"])], capture_output=True)
    assert state.stdout.strip()[:1] in (b"", b"Z")


def test_missing_packages_are_named_and_no_step_runs(tmp_path):
    done = subprocess.run(
        [sys.executable, "-S", BENCHMARK, "--out", tmp_path, "--minutes", "1"],
        capture_output=True,
        text=True,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    )
    assert done.returncode == 1, done.stderr
    assert "missing packages: Pillow, PyYAML" in done.stdout
    told = json.loads(done.stdout.splitlines()[-1])
    assert {"jsonschema", "ofa", "torch"} <= set(told["lacking"]) and not told["steps"]


def test_numbers_of_numpy_are_written_as_numbers(report, tmp_path):
    report.step("first", figures={"count": np.int64(3), "share": np.float32(0.5), "at": tmp_path})
    figures = json.loads((tmp_path / "gpu.json").read_text())["steps"]["first"]["figures"]
    assert figures == {"count": 3, "share": 0.5, "at": str(tmp_path)}


def test_time_is_kept_for_later_steps():
    import gpu_steps

    # 40 + 20 + 60 + 60 + 20 + 3 x 30 + 60 + 40 seconds are kept for the steps in 10 minutes.
    assert gpu_steps.seconds_for("smoke", 588, 10) == 120
    assert gpu_steps.seconds_for("smoke", 420, 10) == 420 - 350
    assert gpu_steps.seconds_for("smoke", 100, 10) == 40
    assert gpu_steps.seconds_for("smoke", 39, 10) is None
    assert gpu_steps.seconds_for("vision", 100, 2) == 0.2 * 180
    assert gpu_steps.seconds_for("speed", 130, 10) == 90
    assert gpu_steps.seconds_for("more vision", 129, 10) is None
    assert gpu_steps.seconds_for("more vision", 140, 2) == 140 - 0.2 * 40
    assert gpu_steps.seconds_for("draw", 50, 10) == 50


def rehearsed(folder, minutes):
    """The states and the figures of the steps of a rehearsal on the processor."""
    done = subprocess.run(
        [sys.executable, BENCHMARK, "--device", "cpu", "--minutes", str(minutes), "--out", folder],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
        timeout=60 * minutes + 30,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == json.loads((folder / "gpu.json").read_text())
    assert "writing_failed" not in told, told["writing_failed"]
    return told["steps"]


@pytest.mark.slow
def test_a_rehearsal_of_two_minutes(tmp_path):
    steps = rehearsed(tmp_path, 2)
    states = {name: step["state"] for name, step in steps.items()}
    assert states["smoke"] == "done" and "draw" in states, states
    assert set(states.values()) <= {"done", "cut short", "skipped"}, states
    smoke = steps["smoke"]["figures"]
    assert smoke["latency_ms"]["cuda_graph, batch 1"] == "skipped: needs a GPU"
    assert "NOT REFUSED" not in smoke["refused"].values() and len(smoke["refused"]) == 5
    assert (tmp_path / "measurements.jsonl").stat().st_size > 1000


@pytest.mark.slow
def test_every_step_ends_in_a_rehearsal_that_has_the_time(tmp_path):
    steps = rehearsed(tmp_path, 10)
    assert {name: step["state"] for name, step in steps.items()} == dict.fromkeys(steps, "done")
    assert len(steps) == 12
    differing = steps["speed"]["figures"]["ofa_mbv3_w1.0, 224 pixels, random weights"]
    assert set(differing) >= {"loop", "fp32", "fp32, images copied each time"}
    drawn = steps["draw"]["figures"]["drawn"]
    assert set(drawn) == {"table1", "fig5", "fig6", "values", "fig15", "table3"}
    assert drawn["table3"] == ["vision_rows", "residual_rows", "translation_rows"]
    with zipfile.ZipFile(tmp_path / "devices.zip") as packed:
        config = yaml.safe_load(packed.read("config.yaml"))
        assert {f"drawn/{name}.csv" for name in drawn} <= set(packed.namelist())
    assert config["paper"] == "devices" and config["concurrent"]["proposals"]
    assert all(platform["model"] for platform in config["platforms"].values())
