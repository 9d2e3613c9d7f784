import multiprocessing
import os
import tempfile
import threading
import time
from pathlib import Path

import pytest

from archfront.measurement import host_lock

pytestmark = pytest.mark.xdist_group("latency")


def hold(kind, seconds, intervals):
    with getattr(host_lock, kind)():
        begin = time.monotonic()
        time.sleep(seconds)
        intervals.append((kind, begin, time.monotonic()))


def test_alone_is_alone_and_busy_is_together():
    context = multiprocessing.get_context("fork")
    with context.Manager() as manager:
        intervals = manager.list()
        kinds = ["busy", "busy", "alone", "busy", "alone", "busy"]
        jobs = [context.Process(target=hold, args=(kind, 0.15, intervals)) for kind in kinds]
        for job in jobs:
            job.start()
        for job in jobs:
            job.join()
        held = list(intervals)
    assert len(held) == 6
    for kind, begin, end in held:
        others = [other for other in held if other != (kind, begin, end)]
        if kind == "alone":
            assert all(e <= begin or b >= end for _, b, e in others)


def test_a_killed_holder_frees_the_host():
    context = multiprocessing.get_context("fork")
    job = context.Process(target=hold, args=("alone", 60, []))
    job.start()
    time.sleep(0.3)
    job.kill()
    job.join()
    begin = time.monotonic()
    with host_lock.alone():
        assert time.monotonic() - begin < 5


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv(host_lock.FOLDER, str(tmp_path / "locks"))
    return tmp_path / "locks"


def test_the_folder_is_the_same_for_all_jobs_of_a_host(tmp_path, monkeypatch):
    """Slurm gives each job a folder for temporary files."""
    monkeypatch.delenv(host_lock.FOLDER, raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    assert host_lock.folder() == Path(f"/tmp/archfront-{os.getuid()}")


def test_an_empty_variable_counts_as_not_set(monkeypatch):
    monkeypatch.setenv(host_lock.FOLDER, "")
    assert host_lock.folder() == Path(f"/tmp/archfront-{os.getuid()}")


@pytest.mark.parametrize("name", ["gate", "room"])
def test_a_link_in_the_place_of_a_lock_empties_no_file(own_folder, tmp_path, name):
    precious = tmp_path / "precious"
    precious.write_text("kept")
    own_folder.mkdir()
    (own_folder / name).symlink_to(precious)
    with pytest.raises(OSError, match=f"{own_folder}.*{host_lock.FOLDER}"), host_lock.alone():
        pass
    assert precious.read_text() == "kept"


def test_a_lock_file_is_never_emptied(own_folder, tmp_path):
    """Another user may make a hard link."""
    own_folder.mkdir()
    (tmp_path / "precious").write_text("kept")
    os.link(tmp_path / "precious", own_folder / "room")
    with host_lock.alone():
        pass
    assert (own_folder / "room").read_text() == "kept"


def test_a_folder_of_another_user_is_refused(own_folder, monkeypatch):
    own_folder.mkdir()
    owner = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    with pytest.raises(OSError, match=f"belongs to the user with the id {owner}"), host_lock.busy():
        pass


def test_a_link_in_the_place_of_the_folder_is_refused(own_folder, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    own_folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="cannot be opened"), host_lock.busy():
        pass
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_forked_child_does_not_keep_the_host(own_folder):
    """It leaves the block of its parent, as if nothing had happened."""
    with host_lock.alone():
        child = os.fork()
        if not child:
            time.sleep(20)
            os._exit(0)
    begin = time.monotonic()
    with host_lock.alone():
        waited = time.monotonic() - begin
    os.kill(child, 9)
    os.waitpid(child, 0)
    assert waited < 10


def test_who_waits_says_for_whom(own_folder, capfd):
    context = multiprocessing.get_context("fork")
    job = context.Process(target=hold, args=("busy", 60, []))
    job.start()
    while not host_lock.lock_holders(own_folder / "room"):
        time.sleep(0.05)
    waiting = threading.Thread(target=hold, args=("alone", 0, []))
    waiting.start()
    time.sleep(0.5)
    job.kill()
    job.join()
    waiting.join()
    told = capfd.readouterr().err
    assert f"waiting until process {job.pid} (" in told and f"releases {own_folder}/room" in told
    with host_lock.alone():
        pass
    assert capfd.readouterr().err == ""
