import errno
import json
import os
import platform
import signal
import subprocess
import sys
import threading
import time

import pytest
from helpers.limits import at_most
from helpers.stores import key, run, values
from hypothesis import given, settings
from hypothesis import strategies as st

from archfront.measurement.store import Measurement, MeasurementStore, checksum, key_digest

KEY = {"objective": "top1", "configuration": {"d": [2]}}


def test_what_is_appended_is_found_by_another_reader(tmp_path):
    store = MeasurementStore(tmp_path)
    store.append(Measurement(KEY, 70.5, 0.6, started=1.0, finished=2.0, detail={"rounds": 9}))
    reader = MeasurementStore(tmp_path)
    found = reader.find([key_digest(KEY), "another"])
    assert list(found) == [key_digest(KEY)] and found[key_digest(KEY)].value == 70.5
    assert found[key_digest(KEY)].detail == {"rounds": 9}
    session = found[key_digest(KEY)].session
    assert reader.sessions()[session]["cores"] == os.cpu_count()


def test_the_key_does_not_depend_on_the_order_of_its_parts():
    assert key_digest({"a": 1, "b": 2}) == key_digest({"b": 2, "a": 1}) != key_digest({"a": 1})


def test_the_first_of_two_equal_measurements_counts(tmp_path):
    for value, finished in ((2.0, 20.0), (1.0, 10.0)):
        MeasurementStore(tmp_path).append(Measurement(KEY, value, finished=finished))
    assert MeasurementStore(tmp_path).find([key_digest(KEY)])[key_digest(KEY)].value == 1.0


def test_failures_are_kept_and_are_no_values(tmp_path):
    MeasurementStore(tmp_path).append(Measurement(KEY, None, reason="NaN"))
    assert MeasurementStore(tmp_path).find([key_digest(KEY)]) == {}
    assert [m.reason for m in MeasurementStore(tmp_path).measurements()] == ["NaN"]


@pytest.mark.parametrize("cut", [1, 5, 60])
def test_a_torn_last_line_loses_only_itself(tmp_path, cut):
    store = MeasurementStore(tmp_path)
    store.append(Measurement(KEY, 1.0))
    store.append(Measurement(KEY | {"n": 1}, 2.0))
    (segment,) = tmp_path.glob("*.jsonl")
    segment.write_bytes(segment.read_bytes()[:-cut])
    reader = MeasurementStore(tmp_path)
    values = [m.value for m in reader.measurements()]
    # Without its newline only, the line is whole: its check sum says so.
    assert values == ([1.0, 2.0] if cut == 1 else [1.0])
    assert reader.damaged_lines == (0 if cut == 1 else 1)


def test_a_damaged_line_in_the_middle_loses_only_itself(tmp_path):
    store = MeasurementStore(tmp_path)
    for number in range(3):
        store.append(Measurement(KEY | {"n": number}, float(number)))
    (segment,) = tmp_path.glob("*.jsonl")
    segment.write_bytes(segment.read_bytes().replace(b'"value":1.0', b'"value":7.0'))
    reader = MeasurementStore(tmp_path)
    assert [m.value for m in reader.measurements()] == [0.0, 2.0]
    assert reader.damaged_lines == 1


def test_nothing_is_written_by_reading(tmp_path):
    store = MeasurementStore(tmp_path / "store")
    assert store.measurements() == [] and not (tmp_path / "store").exists()


def test_lines_from_before_they_began_with_a_digest_are_found(tmp_path):
    store = MeasurementStore(tmp_path)
    store.append(Measurement(KEY, 1.0, finished=5.0))
    (segment,) = tmp_path.glob("*.jsonl")
    line = segment.read_text().splitlines()[1].rpartition("\t")[0]
    record = json.loads(line)
    assert record.pop("at") == key_digest(KEY) and line.startswith('{"at":"')
    old = json.dumps(record | {"value": 2.0, "finished": 3.0}, separators=(",", ":")).encode()
    (tmp_path / "old.jsonl").write_bytes(old + b"\t" + checksum(old) + b"\n")
    found = MeasurementStore(tmp_path).find([key_digest(KEY), "0" * 64])
    assert [m.value for m in found.values()] == [2.0]  # the first of the two


def test_a_damaged_line_is_not_found(tmp_path):
    store = MeasurementStore(tmp_path)
    store.append(Measurement(KEY, 1.0))
    (segment,) = tmp_path.glob("*.jsonl")
    segment.write_bytes(segment.read_bytes().replace(b'"value":1.0', b'"value":7.0'))
    assert MeasurementStore(tmp_path).find([key_digest(KEY)]) == {}


@pytest.mark.parametrize("failing", ["write", "fsync"])
@settings(max_examples=50, deadline=None)
@given(cuts=st.lists(st.none() | st.integers(0, 900), max_size=8))
def test_what_was_acknowledged_survives_failed_writes(tmp_path_factory, failing, cuts):
    """A full disk: an append may fail after any number of bytes, or when it reaches the disk."""
    folder, kept = tmp_path_factory.mktemp("store"), []
    store, whole = MeasurementStore(folder), os.write
    for number, cut in enumerate(cuts):
        with pytest.MonkeyPatch.context() as patched:
            if cut is not None:
                room = [cut]

                def full(segment, content, room=room):
                    if not room[0]:
                        raise OSError(errno.ENOSPC, "No space left on device")
                    written = whole(segment, content[: room[0]])
                    room[0] -= written
                    return written

                def late(_):
                    raise OSError(errno.ENOSPC, "No space left on device")

                replaced = {"write": full, "fsync": late}[failing]
                patched.setattr(f"archfront.measurement.store.os.{failing}", replaced)
            try:
                store.append(Measurement(key(number), float(number)))
                kept.append(number)
            except OSError:
                assert cut is not None
    assert set(kept) <= set(values(folder))
    reader = MeasurementStore(folder)
    reader.segments()
    assert reader.damaged_lines <= len(cuts) - len(kept)


def test_each_session_has_its_facts_after_a_failed_write(tmp_path, monkeypatch):
    store = MeasurementStore(tmp_path)
    store.append(Measurement(key(1), 1.0))

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="No space left"):
        patched.setattr("os.fsync", full)
        store.append(Measurement(key(2), 2.0))
    store.append(Measurement(key(3), 3.0))
    reader = MeasurementStore(tmp_path)
    assert {m.session for m in reader.measurements()} == set(reader.sessions())
    assert len(reader.sessions()) == 2


WRITER = """
import sys
import threading
from archfront.measurement.store import Measurement, MeasurementStore
store = MeasurementStore(sys.argv[1])
for number in range(100_000):
    store.append(Measurement({"n": number}, float(number)))
    print(number, flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(tmp_path):
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, tmp_path], stdout=subprocess.PIPE, text=True
    )
    acknowledged = [int(writer.stdout.readline()) for _ in range(20)]
    time.sleep(0.05)
    writer.send_signal(signal.SIGKILL)
    acknowledged += [int(line) for line in writer.stdout.read().split("\n")[:-1]]
    writer.wait()
    stored = {m.key["n"] for m in MeasurementStore(tmp_path).measurements()}
    assert set(acknowledged) <= stored


def test_segments_are_lines_a_person_can_read(tmp_path):
    MeasurementStore(tmp_path).append(Measurement(KEY, 1.5))
    (segment,) = tmp_path.glob("*.jsonl")
    facts, measurement = (json.loads(x.split("\t")[0]) for x in segment.read_text().splitlines())
    assert "processor" in facts["facts"] and measurement["value"] == 1.5


def test_threads_that_share_a_store_lose_nothing(tmp_path, monkeypatch):
    """The system takes few bytes at a time, so that lines of two threads could mix."""
    store, whole = MeasurementStore(tmp_path), os.write
    monkeypatch.setattr("os.write", lambda file, content: whole(file, content[:50]))
    monkeypatch.setattr("os.fsync", lambda _: time.sleep(0.001))

    def write(first):
        for number in range(first, first + 10):
            store.append(Measurement(key(number), float(number)))

    threads = [threading.Thread(target=write, args=[first]) for first in range(0, 40, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values(tmp_path) == list(range(40))
    assert len(list(tmp_path.glob("*.jsonl"))) == 1


def unreadable(folder, kind):
    """A segment that not even root can read."""
    path = folder / "another-1-00000000.jsonl"
    if kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(folder / "gone")
    return path


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_a_file_that_cannot_be_read_is_named_and_not_fatal(tmp_path, capsys, kind):
    """So is a segment of a user with the umask 077."""
    MeasurementStore(tmp_path).append(Measurement(key(1), 1.0))
    path = unreadable(tmp_path, kind)
    assert list(MeasurementStore(tmp_path).find([key_digest(key(1))])) == [key_digest(key(1))]
    assert f"warning: {path}: 1 damaged lines are left out (the file cannot be read: " in (
        capsys.readouterr().err
    )
    assert values(tmp_path) == [1]
    assert run(tmp_path, "check") == 1
    assert f"{path}: 1 damaged lines of 1 (the file cannot be read: " in capsys.readouterr().out
    assert run(tmp_path, "compact") == 0 and path.lstat()


def test_a_pipe_is_a_damaged_file_and_nothing_waits_for_it(tmp_path, capsys):
    MeasurementStore(tmp_path).append(Measurement(KEY, 1.0))
    odd = tmp_path / f"{platform.node()}-1-12345678.jsonl"
    os.mkfifo(odd)
    with at_most(20):
        assert [m.value for m in MeasurementStore(tmp_path).measurements()] == [1.0]
        assert f"the file cannot be read: {odd}: is no regular file" in capsys.readouterr().err
        assert run(tmp_path, "compact") == 0 and odd.exists()
