"""The embedded experiment on a Slurm cluster of one node: results, exclusivity, partitions,
failures of nodes and time limits."""

import os
import subprocess
import time
from importlib.util import find_spec

import pandas as pd
import pytest
import yaml
from helpers.cluster import cluster, jobs, told, why_not
from helpers.runs import ROOT, Folder, wait_until

from archfront.measurement.store import MeasurementStore

pytestmark = pytest.mark.slow

CONFIG = yaml.safe_load((ROOT / "experiments" / "ci.yaml").read_text()) | {
    "platforms": {"single": {"threads": 1, "batch_size": 1, "partition": "timing"}},
    "concurrent": {"iterations": 2, "batch": 4},
    "popdb": {"enabled": False},
}
PROFILE = ROOT / "workflow" / "profiles" / "slurm"
# Without accounting: what has become of jobs is asked of squeue, often.
SLURM = [
    *("--slurm-status-command", "squeue", "--slurm-no-account"),
    *("--slurm-init-seconds-before-status-checks", "3", "--jobs", "4"),
    *("--default-resources", "mem_mb=1000", "runtime=20 * attempt"),
]


@pytest.fixture(scope="module", autouse=True)
def running(tmp_path_factory):
    if find_spec("snakemake_executor_plugin_slurm") is None:
        pytest.skip("Snakemake's executor for Slurm is not installed: make slurm")
    if reason := why_not():
        pytest.skip(reason)
    with cluster(tmp_path_factory.mktemp("slurm") / "cluster", cpus=2):
        yield


def run(folder, *targets, profile=PROFILE, more=(), **environment):
    """The log of the run; what fails shows it."""
    asked = [*targets, "--workflow-profile", str(profile), *SLURM, *more]
    done = folder.run(*asked, **environment)
    assert done.returncode == 0, done.stderr[-6000:]
    return done.stderr


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = Folder(tmp_path_factory.mktemp("ran") / "run", CONFIG)
    before = {job["JobId"] for job in jobs()}
    run(folder)
    folder.jobs = [job for job in jobs() if job["JobId"] not in before]
    return folder


def of_rule(found, *rules):
    names = [job["Comment"].removeprefix("rule_").partition("_wildcards")[0] for job in found]
    return [job for job, name in zip(found, names, strict=True) if name in rules]


def overlaps(found):
    """Pairs of a latency job and any other that ran at the same time."""
    span = {job["JobId"]: (job["StartTime"], job["EndTime"]) for job in found}
    return [
        (one["Comment"], other["Comment"])
        for one in of_rule(found, "measure_on_platform")
        for other in found
        if one["JobId"] != other["JobId"]
        and span[one["JobId"]][0] < span[other["JobId"]][1]
        and span[other["JobId"]][0] < span[one["JobId"]][1]
    ]


def test_the_loop_ran_as_jobs_and_light_rules_did_not(ran):
    assert all(job["JobState"] == "COMPLETED" for job in ran.jobs)
    assert len(of_rule(ran.jobs, "measure")) >= 5 and of_rule(ran.jobs, "propose_iteration")
    assert not of_rule(ran.jobs, "collect_iteration", "conclude_iteration", "extract_front")
    assert (ran.path / "results/ci/seed1/single/concurrent/iteration2/verdict.json").exists()


def test_results_equal_those_of_a_local_run(ran, tmp_path):
    local = Folder(tmp_path / "run", CONFIG)
    done = local.run()
    assert done.returncode == 0, done.stderr[-5000:]
    samples = "results/ci/seed1/samples/population.csv"
    assert (ran.path / samples).read_bytes() == (local.path / samples).read_bytes()
    there, here = (
        pd.concat(pd.read_csv(p) for p in f.path.glob("results/ci/seed1/*/*/archive.csv"))
        for f in (ran, local)
    )
    both = there.drop_duplicates("digest").merge(here.drop_duplicates("digest"), on="digest")
    assert len(both) >= 16 and (both["top1_x"] == both["top1_y"]).all()
    assert len(there) == len(here)


def test_measuring_jobs_go_to_their_partition_and_alone(ran):
    timed = of_rule(ran.jobs, "measure_on_platform")
    assert timed and {job["Partition"] for job in timed} == {"timing"}
    assert {job["Partition"] for job in of_rule(ran.jobs, "measure")} == {"main"}
    assert overlaps(ran.jobs) == []
    measured = MeasurementStore(ran.path / "results/store").measurements()
    alone = {(m.session, m.started, m.finished) for m in measured if "platform" in m.key}
    others = {(m.session, m.started, m.finished) for m in measured}
    for session, begin, end in alone:
        for other, started, finished in others:
            assert session == other or finished <= begin or started >= end


def test_without_exclusivity_latency_jobs_do_overlap(tmp_path):
    """The control: the same, but for one line of the profile."""
    profile = tmp_path / "profile"
    profile.mkdir()
    settings = yaml.safe_load((PROFILE / "config.yaml").read_text())
    del settings["set-resources"]
    (profile / "config.yaml").write_text(yaml.safe_dump(settings))
    folder = Folder(tmp_path / "run", CONFIG)
    before = {job["JobId"] for job in jobs()}
    run(folder, "results/ci/seed1/single/samples/archive.csv", profile=profile)
    assert overlaps([job for job in jobs() if job["JobId"] not in before])


def test_what_a_failed_node_took_down_is_run_again(tmp_path):
    folder = Folder(tmp_path / "run", CONFIG)
    target = "results/ci/seed1/samples/measured/top1/0.csv"
    command = [*folder.command, target, "--workflow-profile", PROFILE, *SLURM]
    process = subprocess.Popen(
        [str(part) for part in command],
        env=folder.environment,
        cwd=folder.path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    store = folder.path / "results/store"
    try:
        wait_until(lambda: len(MeasurementStore(store).measurements()) >= 2, 120)
        (job,) = of_rule([j for j in jobs() if j["JobState"] == "RUNNING"], "measure")
        node = ["scontrol", "update", f"nodename={told('hostname', '-s').strip()}"]
        subprocess.run([*node, "state=down", "reason=test"], check=True)
        before = len(MeasurementStore(store).measurements())
        time.sleep(3)
        subprocess.run([*node, "state=resume"])  # fails where it came back by itself
        _, log = process.communicate(timeout=400)
    finally:
        process.kill()
        # The node was only said to be down: what ran on it waits for its step for ever.
        subprocess.run(["pkill", "-KILL", "-f", str(folder.path)])
    assert process.returncode == 0, log[-5000:]
    measured = MeasurementStore(store).measurements()
    digests = [str(m.key) for m in measured if m.key["objective"] == "top1"]
    states = {j["JobId"]: j for j in jobs()}
    assert before >= 2 and len(digests) >= 8
    assert states[job["JobId"]].get("Restarts") != "0" or len(of_rule(jobs(), "measure")) > 1
    assert len(digests) <= len(set(digests)) + 1  # at most what was in flight is taken twice


def test_a_job_that_runs_out_of_time_is_tried_again_with_more(tmp_path):
    """Two seconds per measurement: the first minute is not enough for a chunk, the second is."""
    config = yaml.safe_load((ROOT / "experiments" / "ci.yaml").read_text()) | {
        "supernet": "instant:Instant",
        "sampling": {"count": 48},
        "measurement": {"chunk_size": 48, "attempts": 1},
    }
    folder = Folder(tmp_path / "run", config)
    short = ["--default-resources", "mem_mb=500", "runtime=1"]
    target = "results/ci/seed1/samples/measured/top1/0.csv"
    log = run(folder, target, more=short, INSTANT_SECONDS="2")
    states = [job["JobState"] for job in of_rule(jobs(), "measure")]
    assert "TIMEOUT" in states, log[-3000:]
    assert len(folder.taken()) <= 49
    assert os.path.exists(folder.path / target)
