"""Sub-networks whose measurement ends its process, and jobs that are killed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import archfront

SERVER = """
import json, os, sys, traceback
import instant
from archfront.measurement import measure

for line in sys.stdin:
    script, store, out, err = json.loads(line)
    child = os.fork()
    if child == 0:
        for path, stream in (out, 1), (err, 2):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        sys.argv, status = ["job", store], 0
        try:
            exec(script, {"__name__": "job"})
        except BaseException:
            traceback.print_exc()
            status = 1
        os._exit(status)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Runs each job in a fork of itself: the imports take longer than the job."""

JOB = """
import os, signal, sys, time
from instant import Instant
from archfront.core.objective import OBJECTIVES
from archfront.core.platform import Platform
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore

BAD = 2

class Crashing(Instant):
    def measure(self, objective, configurations, platform, settings):
        bad = self.space.decode(self.space.sample(5, 1))[BAD]
        if objective == "latency" and bad in configurations:  # they are measured together
            {trouble}
        for configuration in configurations:
            if configuration == bad:
                {trouble}
            yield from super().measure(objective, [configuration], platform, settings)

{before}
network = Crashing()
table = measure(
    network, OBJECTIVES[{objective!r}], network.space.sample(5, 1), Platform("here"), {{}},
    MeasurementStore(sys.argv[1]), {attempts},
)
print(table["value"].isna().tolist(), table["reason"][BAD], flush=True)
"""
SEGFAULT = "os.kill(os.getpid(), signal.SIGSEGV)"
SET_ASIDE = [False, False, True, False, False]
WHOLE = [False] * 5


@pytest.fixture(scope="module")
def server():
    with subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as server:
        yield server


@pytest.fixture
def job(tmp_path, server):
    """Runs a job on a store: its exit status, the failed places, the reason, and standard error."""
    store, out, err = (str(tmp_path / name) for name in ("store", "out", "err"))

    def run(trouble, attempts=2, objective="top1", before=""):
        script = JOB.format(trouble=trouble, attempts=attempts, objective=objective, before=before)
        print(json.dumps([script, store, out, err]), file=server.stdin, flush=True)
        status = int(server.stdout.readline())
        failed, _, reason = Path(out).read_text(encoding="utf-8").strip().partition("] ")
        places = [word.strip("[], ") == "True" for word in failed.split()]
        return status, places, reason, Path(err).read_text(encoding="utf-8")

    return run


@pytest.mark.parametrize(
    ("objective", "trouble", "status", "how"),
    [
        ("top1", SEGFAULT, -signal.SIGSEGV, "SIGSEGV"),
        ("latency", SEGFAULT, -signal.SIGSEGV, "SIGSEGV"),
        ("top1", "os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL, "SIGKILL"),
        ("top1", "os._exit(0)", 0, "exit status 0"),
    ],
)
def test_a_sub_network_that_ends_its_process_is_set_aside_and_the_rest_goes_on(
    job, objective, trouble, status, how
):
    assert job(trouble, objective=objective)[0] == status
    done, places, reason, told = job(trouble, objective=objective)
    assert done == 0, told
    assert places == SET_ASIDE
    assert reason == f"the process that measured it ({how}) ended, in 2 of 2 attempts"
    assert job(trouble, objective=objective)[:2] == (0, SET_ASIDE)
    assert job("pass", objective=objective)[:2] == (0, WHOLE)


def test_sys_exit_is_a_failure_with_a_reason(job):
    done, places, reason, _ = job("sys.exit('enough')")
    assert (done, places, reason) == (0, SET_ASIDE, "SystemExit: enough")


@pytest.fixture
def logged(tmp_path):
    """Runs Python with the scripts of the workflow on its path, and the path of a log."""
    scripts = Path(archfront.__file__).parents[1] / "scripts"
    return lambda code: subprocess.run(
        [sys.executable, "-c", code, tmp_path / "log"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(scripts)},
    )


EXITING = """
import sys
from job import logged
with logged(sys.argv[1]):
    sys.exit(0)
"""


def test_a_job_in_which_a_plug_in_calls_sys_exit_fails_with_a_log(logged, tmp_path):
    done = logged(EXITING)
    assert done.returncode == 1 and "something called sys.exit(0) (log: " in done.stderr
    assert "SystemExit: 0" in (tmp_path / "log").read_text()


INTERRUPTED = """
import sys
from job import logged
with logged(sys.argv[1]):
    raise KeyboardInterrupt
"""


def test_ctrl_c_in_a_job_prints_no_traceback(logged, tmp_path):
    """Snakemake prints the logs of failed jobs."""
    done = logged(INTERRUPTED)
    assert done.returncode == 130 and done.stderr == ""
    assert (tmp_path / "log").read_text() == "interrupted\n"


WANDERING = """
import os, sys
from job import logged
with logged(sys.argv[1]):
    os.chdir("/")
"""


def test_a_job_whose_plug_in_changes_the_folder_fails_with_a_log(tmp_path):
    """Its tables went to that folder."""
    scripts = Path(archfront.__file__).parents[1] / "scripts"
    done = subprocess.run(
        [sys.executable, "-c", WANDERING, "log"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(scripts)},
    )
    told = f"a plug-in changed the current folder from {tmp_path} to /"
    assert done.returncode == 1 and told in done.stderr
    assert told in (tmp_path / "log").read_text()


@pytest.mark.parametrize("attempts", [1, 2])
@pytest.mark.parametrize("signal_of", ["SIGKILL", "SIGTERM"])
def test_a_job_that_is_killed_sets_no_sub_network_aside(job, attempts, signal_of):
    """However often: the job and its second process are killed together."""
    for _ in range(3):
        killed, _, _, _ = job(f"os.killpg(0, signal.{signal_of})", attempts, before="os.setsid()")
        assert killed == -getattr(signal, signal_of)
    assert job("pass", attempts)[:2] == (0, WHOLE)


def test_a_second_process_that_somebody_stops_ends_the_job(job):
    assert job(SEGFAULT)[0] == -signal.SIGSEGV
    done, _, _, told = job("os.kill(os.getpid(), signal.SIGTERM)")
    assert done == 1 and "Stopped: SIGTERM stopped the measurement" in told
    assert job("pass")[:2] == (0, WHOLE)


@pytest.mark.parametrize("objective", ["top1", "latency"])
def test_a_job_that_cannot_fork_counts_the_attempts_that_were_alone(job, objective):
    torch = "import types; sys.modules['torch'] = types.ModuleType('torch')"
    for _ in range(2 if objective == "top1" else 3):  # latencies are together at first
        assert job(SEGFAULT, objective=objective, before=torch)[0] == -signal.SIGSEGV
    done = job(SEGFAULT, objective=objective, before=torch)
    assert done[0] == 0
    assert done[1:3] == (SET_ASIDE, "the process that measured it alone ended, in 2 of 2 attempts")


def test_an_end_that_python_sees_leaves_no_note(job, tmp_path):
    assert job("raise KeyboardInterrupt")[0] != 0
    assert list((tmp_path / "store" / "attempts").iterdir()) == []
    assert job("pass")[:2] == (0, WHOLE)
    assert list((tmp_path / "store" / "attempts").iterdir()) == []


def test_an_exception_in_the_second_process_is_one_of_the_job(job):
    assert job(SEGFAULT)[0] == -signal.SIGSEGV
    done, _, _, told = job("import nothing_of_the_kind")
    assert done == 1 and "No module named 'nothing_of_the_kind'" in told
