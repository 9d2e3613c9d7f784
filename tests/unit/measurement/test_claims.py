"""Two jobs that need the same measurement at the same time."""

import os
import select
import subprocess
import sys
import threading
import time
from collections import Counter

from instant import Instant

from archfront.core.objective import OBJECTIVES
from archfront.measurement.claims import claimed
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore

JOB = """
import sys
from instant import Instant
from archfront.core.objective import OBJECTIVES
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore

network = Instant()
rows = network.space.sample(9, 1)[int(sys.argv[2]) :][:6]
print("ready", flush=True)
sys.stdin.readline()
table = measure(network, OBJECTIVES["top1"], rows, None, {}, MeasurementStore(sys.argv[1]))
assert table["value"].notna().all()
"""
DIGESTS = ["0" * 63 + "1", "f" * 64]


def started(code, *arguments, **environment):
    """A process that says when it is ready. A newline lets it go on."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment,
    )


def ready(process):
    assert process.stdout.readline() == "ready\n"


def test_jobs_side_by_side_measure_nothing_twice(tmp_path):
    """They share half of their sub-networks."""
    log = tmp_path / "log"
    told = {"INSTANT_LOG": str(log), "INSTANT_SECONDS": "0.1"}
    jobs = [started(JOB, tmp_path / "store", first, **told) for first in (0, 3)]
    for job in jobs:
        ready(job)
    for job in jobs:
        print(file=job.stdin, flush=True)
    for job in jobs:
        job.communicate(timeout=60)
        assert job.returncode == 0
    assert set(Counter(log.read_text().splitlines()).values()) == {1}
    assert len(MeasurementStore(tmp_path / "store").measurements()) == 9


def test_threads_share_a_store_and_measure_nothing_twice(tmp_path, monkeypatch):
    monkeypatch.setenv("INSTANT_LOG", str(tmp_path / "log"))
    monkeypatch.setenv("INSTANT_SECONDS", "0.02")
    store, network = MeasurementStore(tmp_path / "store"), Instant()
    rows, tables = network.space.sample(6, 1), []

    def job():
        tables.append(measure(network, OBJECTIVES["top1"], rows, None, {}, store))

    threads = [threading.Thread(target=job) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(Counter((tmp_path / "log").read_text().splitlines()).values()) == {1}
    assert len(tables) == 4 and all(table.equals(tables[0]) for table in tables)


HOLDER = """
import sys
from pathlib import Path
from archfront.measurement.claims import claimed
with claimed(Path(sys.argv[1]), sys.argv[2:]):
    print("ready", flush=True)
    sys.stdin.readline()
"""


def test_a_claim_ends_with_its_process(tmp_path):
    holder, done = started(HOLDER, tmp_path, *DIGESTS), threading.Event()
    ready(holder)

    def claim():
        with claimed(tmp_path, DIGESTS):
            done.set()

    thread = threading.Thread(target=claim)
    thread.start()
    assert not done.wait(0.3)
    holder.kill()
    assert done.wait(20)
    thread.join()
    holder.communicate()


def test_a_released_key_is_free_and_the_others_are_not(tmp_path):
    with claimed(tmp_path, DIGESTS) as claims:
        claims.release(DIGESTS[:1])
        with claimed(tmp_path, DIGESTS[:1]):
            pass
        holder = started(HOLDER, tmp_path, DIGESTS[1])
        read, _, _ = select.select([holder.stdout], [], [], 2)
        assert not read
    assert holder.communicate("\n", timeout=20)[0] == "ready\n"


def test_a_store_that_is_deleted_and_made_again_has_claims(tmp_path):
    with claimed(tmp_path, DIGESTS):
        pass
    (tmp_path / "claims").unlink()
    with claimed(tmp_path, DIGESTS):
        assert (tmp_path / "claims").exists()


def test_without_locks_nobody_waits(tmp_path, monkeypatch):
    def none(*_):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("archfront.measurement.claims.fcntl.lockf", none)
    with claimed(tmp_path, DIGESTS):
        pass


def test_a_forked_child_has_no_claims_and_says_that_it_waits(tmp_path, capfd):
    """It takes the claim when its parent gives it free."""
    with claimed(tmp_path, DIGESTS[:1]):
        child = os.fork()
        if not child:
            with claimed(tmp_path, DIGESTS[:1]):
                os._exit(0)
        time.sleep(0.5)
        assert os.waitpid(child, os.WNOHANG) == (0, 0)
    end = time.monotonic() + 20
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < end:
        time.sleep(0.05)
    if ended == (0, 0):
        os.kill(child, 9)
    assert ended == (child, 0)
    assert capfd.readouterr().err == "waiting for a job that takes the same measurement\n"
