import fcntl
import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from archfront.core.processes import live_snakemakes, lock_holders


def test_the_holder_of_a_lock_is_known_and_one_who_waits_is_none(tmp_path):
    path = tmp_path / "lock"
    assert lock_holders(path) == []
    with open(path, "wb") as lock:
        assert lock_holders(path) == []
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert lock_holders(path) == [os.getpid()]


@contextmanager
def process(command, folder):
    with subprocess.Popen([*command], cwd=folder, stdin=-1, stdout=-1, text=True) as started:
        assert started.stdout.readline() == "ready\n"
        yield started.pid
        started.communicate("\n")


@pytest.fixture
def locked(tmp_path):
    (tmp_path / ".snakemake" / "locks").mkdir(parents=True)
    (tmp_path / ".snakemake" / "locks" / "0.input.lock").touch()
    return tmp_path


@pytest.fixture
def snakemake(tmp_path):
    """A program that waits, and that is called like Snakemake."""
    path = tmp_path / "bin" / "snakemake"
    path.parent.mkdir()
    path.write_text("print('ready', flush=True); input()")
    return [sys.executable, path]


def test_a_snakemake_is_living_where_it_works_and_holds_a_lock(locked, snakemake):
    assert live_snakemakes(locked) == []
    with process(snakemake, locked) as pid:
        assert live_snakemakes(locked) == [pid]
        (locked / "other").mkdir()
        assert live_snakemakes(locked / "other") == []
        (locked / ".snakemake" / "locks" / "0.input.lock").unlink()
        assert live_snakemakes(locked) == []


def test_neither_jobs_nor_readers_of_its_log_count_as_snakemake(locked, snakemake):
    """A killed Snakemake leaves jobs behind, and somebody may look at its log."""
    reader = ["sh", "-c", "echo ready; read line", "snakemake", ".snakemake/log/x.snakemake.log"]
    with process([*snakemake, "--mode", "subprocess"], locked), process(reader, locked):
        assert live_snakemakes(locked) == []
