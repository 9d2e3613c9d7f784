"""The command ``archfront``: exit statuses, and what it says where."""

import pytest
from helpers.experiment_files import write_rows
from helpers.stores import damage, key, run, values, written

from archfront.cli import main
from archfront.core.files import write_json
from archfront.core.hardware import processor_identity
from archfront.core.platform import Platform
from archfront.measurement.store import Measurement, MeasurementStore


def test_check_says_what_is_there(tmp_path, capsys):
    written(tmp_path, [1, 2])
    assert run(tmp_path, "check") == 0
    told = capsys.readouterr().out
    assert "top1" in told and "2001-09-09" in told and "1 files, all sound" in told


def test_an_empty_store_is_sound(tmp_path, capsys):
    assert run(tmp_path, "check") == 0
    assert capsys.readouterr().out == "no measurements\n0 files, all sound\n"


def test_check_fails_and_names_each_damaged_file(tmp_path, capsys):
    for numbers in ([1, 2], [3], [4]):
        written(tmp_path, numbers)
    damaged = [damage(tmp_path, 2), damage(tmp_path, 3)]
    assert run(tmp_path, "check") == 1
    *_, files, first, second = capsys.readouterr().out.splitlines()
    assert files == "3 files, 2 damaged:"
    fault = "the check sum is wrong"
    assert sorted([first, second]) == sorted(
        f"{path}: 1 damaged lines of {lines} (line {number}: {fault})"
        for path, lines, number in zip(damaged, (3, 2), (3, 2), strict=True)
    )


def test_export_and_import_count_the_measurements(tmp_path, capsys):
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "all.jsonl"
    written(here, [1, 2, 3])
    written(there, [4])
    assert run(here, "export", file) == 0
    assert capsys.readouterr().out == f"3 measurements written to {file}\n"
    assert run(there, "import", file) == 0
    assert capsys.readouterr().out == f"3 new measurements taken into {there}\n"
    assert values(there) == [1, 2, 3, 4] and values(here) == [1, 2, 3]


def test_import_makes_the_store(tmp_path):
    here, there = tmp_path / "here", tmp_path / "new" / "store"
    written(here, [1])
    assert run(here, "export", tmp_path / "all.jsonl") == 0
    assert run(there, "import", tmp_path / "all.jsonl") == 0
    assert values(there) == [1]


def test_import_takes_what_is_whole_and_fails_for_damaged_lines(tmp_path, capsys):
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "all.jsonl"
    written(here, [1, 2, 3])
    assert run(here, "export", file) == 0
    damage(tmp_path, 2)
    capsys.readouterr()
    assert run(there, "import", file) == 1
    told = capsys.readouterr()
    assert told.out == f"2 new measurements taken into {there}\n"
    fault = "line 3: the check sum is wrong"
    assert told.err == f"{file}: 1 damaged lines were left out ({fault})\n"
    assert values(there) == [1, 3]


def test_compact_says_what_it_merged_and_set_aside(tmp_path, capsys):
    assert run(tmp_path, "compact") == 0
    assert capsys.readouterr().out == "nothing to merge\n"
    for number in (1, 2, 3):
        written(tmp_path, [number])
    path = damage(tmp_path, 2)
    assert run(tmp_path, "compact") == 0
    assert capsys.readouterr().out == (
        f"3 files merged\ndamaged, set aside: {tmp_path / 'damaged' / path.name}\n"
    )


def test_adopt_counts_what_it_copied(tmp_path, capsys):
    store = MeasurementStore(tmp_path)
    for number in (1, 2):
        place = Platform("here").settings() | {"processor": "Old"}
        store.append(Measurement({**key(number), "platform": place}, float(number)))
    assert run(tmp_path, "adopt") == 0
    assert capsys.readouterr().out == "0 measurements adopted\n"
    assert run(tmp_path, "adopt", "Old") == 0
    assert capsys.readouterr().out == "2 measurements adopted\n"
    kept = MeasurementStore(tmp_path).measurements()
    places = [one.key["platform"]["processor"] for one in kept]
    assert sorted(places) == sorted(["Old", processor_identity()] * 2)


def test_what_is_no_export_is_refused(tmp_path, capsys):
    (tmp_path / "file").write_text("hello\n")
    assert run(tmp_path / "store", "import", tmp_path / "file") == 1
    assert "holds no record of a measurement store" in capsys.readouterr().err
    assert run(tmp_path / "nowhere", "check") == 1
    assert "is no folder" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "compact", "export"])
def test_a_store_that_does_not_exist_is_refused_and_not_made(tmp_path, capsys, command):
    file = [tmp_path / "all.jsonl"] if command == "export" else []
    assert run(tmp_path / "nowhere", command, *file) == 1
    assert capsys.readouterr().err == (
        f"{tmp_path / 'nowhere'} is no folder; --store names the measurement store\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["export", "import"])
def test_a_file_that_cannot_be_used_is_named(tmp_path, capsys, command):
    written(tmp_path / "store", [1])
    (tmp_path / "file").write_text("")
    assert run(tmp_path / "store", command, tmp_path / "file" / "all.jsonl") == 1
    told = capsys.readouterr()
    assert str(tmp_path / "file") in told.err and told.out == ""


def test_the_store_is_that_of_the_results_unless_another_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["store", "check"]) == 1
    written(tmp_path / "results" / "store", [1])
    assert main(["store", "check"]) == 0
    assert "1 files, all sound" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [[], ["store"], ["store", "delete"], ["store", "export"], ["store", "check", "file"]],
)
def test_a_command_that_is_none_is_refused(arguments, capsys):
    with pytest.raises(SystemExit) as refused:
        main(arguments)
    assert refused.value.code == 2 and capsys.readouterr().err.startswith("usage: archfront")


def test_runs_lists_the_runs_of_finished_experiments(tmp_path, capsys):
    columns = "platform tactic seed validations hypervolume"
    write_rows(tmp_path / "old/summary.csv", columns, ("cpu", "full", 1, 50, 0.5))
    settings = {"supernet": {"name": "mine:Net"}, "objectives": ["top1", "latency"]}
    write_json(tmp_path / "old/provenance.json", {"experiment": settings})
    assert main(["runs", "--results", str(tmp_path)]) == 0
    heads, row = (line.split() for line in capsys.readouterr().out.splitlines())
    assert heads[:5] == ["experiment", "supernet", "platform", "tactic", "seed"]
    assert row == ["old", "mine:Net", "cpu", "full", "1", "top1,", "latency", "50", "0.5"]


def test_runs_names_what_it_cannot_list(tmp_path, capsys):
    write_rows(tmp_path / "old/summary.csv", "platform tactic seed", ("cpu", "full", 1))
    (tmp_path / "old/provenance.json").write_text("{")
    assert main(["runs", "--results", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert told.err.startswith(
        f"not listed: old: {tmp_path / 'old/provenance.json'} cannot be read"
    )
    assert told.out == ""


def test_runs_says_where_there_are_none(tmp_path, capsys):
    assert main(["runs", "--results", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"no experiment in {tmp_path} has finished\n"
    assert main(["runs", "--results", str(tmp_path / "none")]) == 1
    assert "none is no folder; --results names" in capsys.readouterr().err
