"""The store between machines, and after damage."""

import fcntl
import os
import platform
import re
import resource
import uuid

import pytest
from helpers.stores import damage, key, line, record, run, values, written

from archfront.core.space import configuration_digest
from archfront.measurement import store as store_module
from archfront.measurement import store_maintenance
from archfront.measurement.store import Measurement, MeasurementStore, key_digest


def test_a_store_goes_to_another_machine_and_nothing_comes_twice(tmp_path, capsys):
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "store.jsonl"
    written(here, [1, 2])
    written(here, [3])
    written(there, [4])
    assert run(here, "export", file) == 0 and "3 measurements written" in capsys.readouterr().out
    assert run(there, "import", file) == 0 and "3 new" in capsys.readouterr().out
    assert values(there) == [1, 2, 3, 4]
    assert run(there, "import", file) == 0 and "0 new" in capsys.readouterr().out
    assert values(there) == [1, 2, 3, 4]
    sessions = MeasurementStore(there).sessions()
    assert {m.session for m in MeasurementStore(there).measurements()} <= set(sessions)


@pytest.mark.parametrize("finished", [1.0, 2e9], ids=["earlier", "later"])
def test_import_replaces_no_value_and_tells_of_the_conflict(tmp_path, capsys, finished):
    store, file = tmp_path / "store", tmp_path / "file.jsonl"
    written(store, [1, 2])
    file.write_bytes(line(record(1, value=70.0, finished=finished)) + line(record(3)))
    assert run(store, "import", file) == 1
    told = capsys.readouterr()
    assert told.out == f"1 new measurements taken into {store}\n"
    one = configuration_digest(key(1)["configuration"])
    assert told.err == (
        f"{file}: 1 measurements have another value than the store, which stays as it is "
        f"(top1 of {one}: 70.0 in the file, 1.0 in the store)\n"
    )
    assert values(store) == [1, 2, 3]


def test_import_of_an_equal_value_and_of_a_failure_is_no_conflict(tmp_path, capsys):
    store, file = tmp_path / "store", tmp_path / "file.jsonl"
    written(store, [1, 2])
    file.write_bytes(line(record(1, finished=1.0)) + line(record(2, value=None, reason="NaN")))
    assert run(store, "import", file) == 0 and "0 new" in capsys.readouterr().out
    assert values(store) == [1, 2]


def test_import_takes_a_value_where_the_store_has_only_a_failure(tmp_path):
    store, file = tmp_path / "store", tmp_path / "file.jsonl"
    MeasurementStore(store).append(Measurement(key(1), None, reason="NaN"))
    file.write_bytes(line(record(1, finished=1.0)))
    assert run(store, "import", file) == 0
    assert MeasurementStore(store).find([key_digest(key(1))])[key_digest(key(1))].value == 1.0


def test_a_damaged_file_is_named_never_fatal_and_set_aside(tmp_path, capsys):
    written(tmp_path, [1, 2, 3])
    path = damage(tmp_path, 2)
    assert values(tmp_path) == [1, 3]
    assert f"warning: {path}: 1 damaged lines are left out" in capsys.readouterr().err
    assert run(tmp_path, "check") == 1
    assert f"{path}: 1 damaged lines of 4" in capsys.readouterr().out
    assert run(tmp_path, "compact") == 0
    assert f"set aside: {tmp_path / 'damaged' / path.name}" in capsys.readouterr().out
    assert run(tmp_path, "check") == 0 and values(tmp_path) == [1, 3]
    assert (tmp_path / "damaged" / path.name).exists()


def test_a_file_of_anything_is_never_fatal(tmp_path):
    written(tmp_path, [1])
    (tmp_path / "noise.jsonl").write_bytes(bytes(range(256)) * 40)
    assert values(tmp_path) == [1]


def test_compaction_merges_what_has_no_living_writer(tmp_path):
    written(tmp_path, [0])
    foreign = tmp_path / "another-host-1.jsonl"
    next(tmp_path.glob("*.jsonl")).rename(foreign)
    for number in range(1, 5):
        written(tmp_path, [number])
    alive = written(tmp_path, [5], alive=True)
    assert run(tmp_path, "compact") == 0
    assert len(list(tmp_path.glob("*.jsonl"))) == 3 and foreign.exists()
    alive.append(Measurement(key(6), 6.0))
    assert values(tmp_path) == [0, 1, 2, 3, 4, 5, 6]
    wanted = [key_digest(key(number)) for number in range(7)]
    assert len(MeasurementStore(tmp_path).find(wanted)) == 7


def test_compaction_leaves_the_segments_of_a_host_with_a_longer_name(tmp_path, monkeypatch):
    """``node`` is not ``node-1``, and no host is ``imported``."""
    for name in ("node-1", "imported", "compacted", "node"):
        with monkeypatch.context() as there:
            facts = store_module.host_facts() | {"host": name}
            there.setattr("archfront.measurement.store.host.node", lambda name=name: name)
            there.setattr("archfront.measurement.store.host_facts", lambda facts=facts: facts)
            for number in range(2):
                written(tmp_path, [number])
    monkeypatch.setattr("archfront.measurement.store.host.node", lambda: "node")
    foreign = {p for p in tmp_path.glob("*.jsonl") if not re.match(r"node-\d+-[0-9a-f]+\.", p.name)}
    assert store_maintenance.compact(MeasurementStore(tmp_path)) == (2, [])
    assert len(foreign) == 6 and foreign < set(tmp_path.glob("*.jsonl"))
    assert len(list(tmp_path.glob("*.jsonl"))) == 7


def test_a_segment_whose_facts_are_of_another_host_is_left_alone(tmp_path, monkeypatch):
    with monkeypatch.context() as there:
        there.setattr("archfront.measurement.store.host_facts", lambda: {"host": "another"})
        written(tmp_path, [1])
    written(tmp_path, [2])
    written(tmp_path, [3])
    assert store_maintenance.compact(MeasurementStore(tmp_path)) == (2, [])
    assert len(list(tmp_path.glob("*.jsonl"))) == 2 and values(tmp_path) == [1, 2, 3]


@pytest.mark.parametrize("moment", ["flock", "write", "fsync"])
def test_a_compaction_never_takes_a_segment_that_a_writer_begins(tmp_path, monkeypatch, moment):
    """The compaction comes at each moment of a writer's beginning."""
    for number in range(3):
        written(tmp_path, [number])
    module = fcntl if moment == "flock" else os
    real, store = getattr(module, moment), MeasurementStore(tmp_path)

    def interrupted(*arguments):
        with monkeypatch.context() as inside:
            inside.setattr(module, moment, real)
            store_maintenance.compact(MeasurementStore(tmp_path))
        return real(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(module, moment, interrupted)
        store.append(Measurement(key(3), 3.0))
    store.append(Measurement(key(4), 4.0))
    store_maintenance.compact(MeasurementStore(tmp_path))
    assert values(tmp_path) == [0, 1, 2, 3, 4]


def test_compaction_takes_more_segments_than_a_process_may_open(tmp_path):
    for number in range(100):
        path = tmp_path / f"{platform.node()}-1-{number:08x}.jsonl"
        path.write_bytes(line(record(number)))
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 20, limits[1]))
    try:
        merged, _ = store_maintenance.compact(MeasurementStore(tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert merged == 100 and values(tmp_path) == list(range(100))


def test_two_compactions_at_once_lose_nothing(tmp_path, monkeypatch):
    for number in range(4):
        written(tmp_path, [number])
    damage(tmp_path, 3)
    store, real = MeasurementStore(tmp_path), uuid.uuid4

    def interrupted():
        """The first compaction has read all, and chooses the name of its file."""
        with monkeypatch.context() as inside:
            inside.setattr(uuid, "uuid4", real)
            store_maintenance.compact(store)
        return real()

    monkeypatch.setattr(uuid, "uuid4", interrupted)
    store_maintenance.compact(store)
    assert values(tmp_path) == [0, 1, 2]


class Killed(BaseException):
    pass


def test_a_killed_compaction_loses_and_doubles_nothing(tmp_path, monkeypatch):
    for number in range(4):
        written(tmp_path, [number])
    unlink, done = store_maintenance.Path.unlink, []

    def dying(path, *arguments, **named):
        if path.suffix == ".jsonl":
            done.append(path)
            if len(done) == 2:
                raise Killed
        return unlink(path, *arguments, **named)

    monkeypatch.setattr(store_maintenance.Path, "unlink", dying)
    with pytest.raises(Killed):
        store_maintenance.compact(MeasurementStore(tmp_path))
    assert values(tmp_path) == [0, 1, 2, 3]
    monkeypatch.undo()
    store_maintenance.compact(MeasurementStore(tmp_path))
    assert values(tmp_path) == [0, 1, 2, 3] and len(list(tmp_path.glob("*.jsonl"))) == 1


def test_a_compaction_that_cannot_write_changes_nothing(tmp_path, monkeypatch):
    for number in range(3):
        written(tmp_path, [number])
    before = sorted(tmp_path.glob("*"))

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert run(tmp_path, "compact") == 1
    assert sorted(tmp_path.glob("*")) == before and values(tmp_path) == [0, 1, 2]
