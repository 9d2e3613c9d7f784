"""The store between machines, and after damage."""

import multiprocessing

import pytest

from archfront.cli import main
from archfront.measurement import store_maintenance
from archfront.measurement.store import Measurement, MeasurementStore, key_digest


def key(number):
    return {
        "objective": "top1",
        "protocol": 1,
        "supernet": "weights",
        "configuration": {"d": [number]},
    }


def written(folder, numbers):
    """A segment of its own, by a writer that is alive."""
    store = MeasurementStore(folder)
    for number in numbers:
        store.append(Measurement(key(number), float(number), finished=1e9 + number))
    return store


def left_by_another(folder, numbers):
    """A segment of its own, by a writer that has ended."""
    writer = multiprocessing.get_context("fork").Process(target=written, args=(folder, numbers))
    writer.start()
    writer.join()
    assert writer.exitcode == 0


def values(folder):
    return sorted(m.value for m in MeasurementStore(folder).measurements())


def damage(folder, number):
    """Change a digit in the segment that holds this value."""
    for path in folder.glob("*.jsonl"):
        content = path.read_bytes()
        if f'"value":{number}.0'.encode() in content:
            path.write_bytes(content.replace(f'"value":{number}.0'.encode(), b'"value":99.0'))
            return path
    raise AssertionError(number)


def run(folder, *arguments):
    return main(["store", "--store", str(folder), *map(str, arguments)])


def test_a_store_goes_to_another_machine_and_nothing_comes_twice(tmp_path, capsys):
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "store.jsonl"
    left_by_another(here, [1, 2])
    left_by_another(here, [3])
    left_by_another(there, [4])
    assert run(here, "export", file) == 0 and "3 measurements written" in capsys.readouterr().out
    assert run(there, "import", file) == 0 and "3 new" in capsys.readouterr().out
    assert values(there) == [1, 2, 3, 4]
    assert run(there, "import", file) == 0 and "0 new" in capsys.readouterr().out
    assert values(there) == [1, 2, 3, 4]
    sessions = MeasurementStore(there).sessions()
    assert {m.session for m in MeasurementStore(there).measurements()} <= set(sessions)


def test_check_says_what_is_there(tmp_path, capsys):
    left_by_another(tmp_path, [1, 2])
    assert run(tmp_path, "check") == 0
    told = capsys.readouterr().out
    assert "top1" in told and "2001-09-09" in told and "1 files, all sound" in told


def test_a_damaged_file_is_named_never_fatal_and_set_aside(tmp_path, capsys):
    left_by_another(tmp_path, [1, 2, 3])
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
    left_by_another(tmp_path, [1])
    (tmp_path / "noise.jsonl").write_bytes(bytes(range(256)) * 40)
    assert values(tmp_path) == [1]


def test_compaction_merges_what_has_no_living_writer(tmp_path):
    left_by_another(tmp_path, [0])
    foreign = tmp_path / "another-host-1.jsonl"
    next(tmp_path.glob("*.jsonl")).rename(foreign)
    for number in range(1, 5):
        left_by_another(tmp_path, [number])
    alive = written(tmp_path, [5])
    assert run(tmp_path, "compact") == 0
    assert len(list(tmp_path.glob("*.jsonl"))) == 3 and foreign.exists()
    alive.append(Measurement(key(6), 6.0))
    assert values(tmp_path) == [0, 1, 2, 3, 4, 5, 6]
    wanted = [key_digest(key(number)) for number in range(7)]
    assert len(MeasurementStore(tmp_path).find(wanted)) == 7


class Killed(BaseException):
    pass


def test_a_killed_compaction_loses_and_doubles_nothing(tmp_path, monkeypatch):
    for number in range(4):
        left_by_another(tmp_path, [number])
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
        left_by_another(tmp_path, [number])
    before = sorted(tmp_path.glob("*"))

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert run(tmp_path, "compact") == 1
    assert sorted(tmp_path.glob("*")) == before and values(tmp_path) == [0, 1, 2]


def test_what_is_no_export_is_refused(tmp_path, capsys):
    (tmp_path / "file").write_text("hello\n")
    assert run(tmp_path / "store", "import", tmp_path / "file") == 1
    assert "holds no record of a measurement store" in capsys.readouterr().err
    assert run(tmp_path / "nowhere", "check") == 1
    assert "is no folder" in capsys.readouterr().err
