"""What a run promises when it is stopped, killed or started twice."""

import os
import shutil
import signal
import subprocess
import time
from collections import Counter

import pandas as pd
import pytest
from helpers.runs import CONFIG, ROOT, RUN, Folder, assert_same_tables, start, wait_until

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("measured", [3, 20, 40])
def test_kill_9_loses_and_repeats_nothing(finished, tmp_path, measured):
    folder = Folder(tmp_path / "run")
    run = start(folder, RUN, INSTANT_SECONDS="0.15")
    wait_until(lambda: len(folder.taken()) >= measured)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    # Snakemake's jobs are sessions of their own on some systems: end what still writes.
    subprocess.run(["pkill", "-9", "-f", str(folder.path)])
    time.sleep(0.5)
    before = folder.taken()
    again = subprocess.run(
        RUN, cwd=folder.path, env=folder.environment, capture_output=True, text=True
    )
    assert again.returncode == 0, again.stdout[-3000:] + again.stderr[-3000:]
    assert "Report: results/small/report.html" in again.stdout
    # What was in flight in each of the two processes at most is measured again.
    repeated = sum((Counter(folder.taken()) - Counter(finished.taken())).values())
    assert repeated <= 2
    assert len(before) >= measured
    assert_same_tables(folder.results, finished.results)


def test_plain_snakemake_after_a_kill_says_what_to_do(tmp_path):
    folder = Folder(tmp_path / "run")
    run = start(folder, folder.command, INSTANT_SECONDS="0.15")
    wait_until(lambda: len(folder.taken()) >= 3)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    subprocess.run(["pkill", "-9", "-f", str(folder.path)])
    refused = folder.run()
    assert refused.returncode != 0
    assert "cannot be locked" in refused.stderr and "--unlock" in refused.stderr
    assert folder.run("--unlock").returncode == 0
    before = len(folder.taken())
    again = folder.run()
    assert again.returncode == 0, again.stderr[-3000:]
    assert len(folder.taken()) > before


def test_stop_ends_the_loop_after_the_iteration_and_a_new_run_goes_on(tmp_path):
    config = CONFIG | {
        "platforms": {"single": {"batch_size": 1}},
        "concurrent": CONFIG["concurrent"] | {"iterations": 4},
        "popdb": {"enabled": False},
    }
    folder = Folder(tmp_path / "run", config)
    run = start(folder, RUN, INSTANT_SECONDS="0.3")
    loop = folder.results / "seed1" / "single" / "concurrent"
    wait_until(lambda: (loop / "iteration1" / "population.csv").exists())
    stopped = folder.run("stop")
    assert stopped.returncode == 0, stopped.stderr[-3000:]
    output, _ = run.communicate(timeout=300)
    assert run.returncode == 0, output[-3000:]
    assert (folder.results / "report.html").exists()
    iterations = pd.read_csv(loop / "archive.csv")["iteration"].max()
    assert iterations < 4
    before = len(folder.taken())
    again = subprocess.run(
        RUN, cwd=folder.path, env=folder.environment, capture_output=True, text=True
    )
    assert again.returncode == 0, again.stderr[-3000:]
    assert pd.read_csv(loop / "archive.csv")["iteration"].max() == 4
    assert len(folder.taken()) - before == (4 - iterations) * 3 * 2


def test_a_second_run_on_the_same_results_is_refused(tmp_path):
    folder = Folder(tmp_path / "run")
    first = start(folder, RUN, INSTANT_SECONDS="1")
    wait_until(lambda: folder.taken())
    second = subprocess.run(
        RUN, cwd=folder.path, env=folder.environment, capture_output=True, text=True
    )
    assert second.returncode == 1 and "Another run is at work" in second.stdout
    assert first.poll() is None
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    subprocess.run(["pkill", "-9", "-f", str(folder.path)])


def test_run_refuses_a_wrong_config(tmp_path):
    folder = Folder(tmp_path / "run", CONFIG | {"seed": 3})
    done = subprocess.run(
        RUN, cwd=folder.path, env=folder.environment, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "seed: unknown key" in done.stderr and "did you mean 'seeds'?" in done.stderr
    assert not (folder.path / "results").exists()


def test_plain_snakemake_refuses_a_key_that_is_there_twice(tmp_path):
    folder = Folder(tmp_path / "run")
    with (folder.path / "config.yaml").open("a") as file:
        file.write("measurement: {attempts: 3}\n")
    refused = folder.run("-n")
    assert refused.returncode != 0
    assert "the key measurement is in line" in refused.stdout + refused.stderr


def test_macs_in_place_of_latency_give_the_same_bytes_on_the_embedded_super_network(tmp_path):
    import yaml

    config = yaml.safe_load((ROOT / "experiments" / "ci.yaml").read_text())
    config["objectives"] = ["top1", "macs"]
    runs = []
    for number in (1, 2):
        folder = Folder(tmp_path / f"run{number}", config)
        done = folder.run()
        assert done.returncode == 0, done.stderr[-3000:]
        runs.append(folder.path / "results" / "ci")
    assert assert_same_tables(*runs) > 30
    shutil.rmtree(tmp_path, ignore_errors=True)
