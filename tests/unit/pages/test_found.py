import pytest
from helpers.past_run import past_run

from archfront.config.experiment import load
from archfront.config.layout import EXPORT
from archfront.core.files import write_json
from archfront.core.registry import ConfigError
from archfront.measurement import store as stores
from archfront.measurement.store import Measurement, MeasurementStore
from archfront.pages import found
from archfront.pages.project import Project


def test_of_the_store_only_what_changed_is_read_again(tmp_path, monkeypatch):
    project, read = Project(tmp_path), []

    def counted(path):
        read.append(path)
        return stores.read_segment(path)

    monkeypatch.setattr(found, "read_segment", counted)
    first, second = (MeasurementStore(project.results / "store") for _ in range(2))
    for number, store in enumerate((first, second)):
        key = {"objective": "top1", "supernet": "s", "configuration": {"d": [number]}}
        store.append(Measurement(key, 1.0 + number, finished=float(number)))
    everything = found.store_table(project)
    assert sorted(everything["value"]) == [1.0, 2.0] and len(read) == 2
    assert list(everything.columns) == list(first.table().columns)
    assert found.store_table(project) is everything and len(read) == 2
    key = {"objective": "top1", "supernet": "s", "configuration": {"d": [9]}}
    second.append(Measurement(key, 3.0, finished=9.0))
    assert sorted(found.store_table(project)["value"]) == [1.0, 2.0, 3.0] and len(read) == 3


def test_what_raises_any_exception_gives_a_message():
    assert found.tried("mine", len, [1]) == (1, "")
    assert found.tried("mine", int, "x")[1].startswith("mine: invalid literal")
    assert found.tried("mine", {}.__getitem__, "top1") == (None, "mine: KeyError: 'top1'")


CONFIGS = {
    "empty": ("", "expected keys and values, found NoneType"),
    "old": ("experiment: old\npromise: 1\n", "promise: unknown key"),
    "gone": (
        "experiment: gone\nplatforms: {a: {}}\nsupernet: gone_for_good:Net\n",
        "cannot be imported",
    ),
    "deep": ("a: " + "[" * 3000 + "]" * 3000, "deep: "),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_run_with_an_unreadable_config_does_not_hide_the_others(tmp_path, name):
    project, run = Project(tmp_path), past_run(tmp_path / "results", "mine")
    past_run(tmp_path / "results", name)
    text, message = CONFIGS[name]
    (project.folder(name) / "config.yaml").write_text(text)
    first, (problem,) = found.first_readable(project, [name, "mine"])
    assert first == "mine" and problem.startswith(f"{name}: ") and message in problem
    assert found.first_readable(project, [name]) == (None, [problem])
    assert found.fronts_of(project, "mine") == [(1, "single", "full")]
    (project.folder("mine") / run.front).unlink()
    assert found.fronts_of(project, "mine") == []


def test_a_run_whose_config_would_be_refused_now_is_read(tmp_path):
    project, _ = Project(tmp_path), past_run(tmp_path / "results", "mine")
    path = project.folder("mine") / "config.yaml"
    path.write_text(f"{path.read_text()}budgets: {{random: {{batch: 2}}}}\n")
    with pytest.raises(ConfigError, match="random is not run"):
        load(path)
    assert found.first_readable(project, ["mine"]) == ("mine", [])
    assert found.fronts_of(project, "mine") == [(1, "single", "full")]
    assert len(found.measured(project, "mine")) == 12
    assert len(found.progress_of(project, "mine")) == 2


def test_a_damaged_front_is_refused_with_its_path(tmp_path):
    project, run = Project(tmp_path), past_run(tmp_path / "results", "mine")
    path, chosen = project.folder("mine") / run.front, (1, "single", "full")
    front, knee = found.front_of(project, "mine", chosen)
    assert knee in front.index
    text = path.read_text()
    path.write_text(text.splitlines()[0] + "\n")
    assert found.front_of(project, "mine", chosen)[1] is None
    first = f"{front['top1'].iloc[0]:.10g}"
    for damaged, message in (
        (text.replace("digest", "digits", 1), "no column 'digest'"),
        (text.replace(first, "high", 1), "text in the column 'top1'"),
        (text.replace(front["digest"].iloc[0], "", 1), "no digest in row 1"),
    ):
        path.write_text(damaged)
        with pytest.raises(ValueError, match=f"{path}: no table of .*: {message}"):
            found.front_of(project, "mine", chosen)


def test_the_last_export_is_told(tmp_path):
    project = Project(tmp_path)
    past_run(tmp_path / "results", "mine")
    assert found.export_of(project, "mine") is None
    about = {"digest": "0123456789abcdef", "front": "f.csv", "platform": {"single": {}}}
    path = project.folder("mine") / EXPORT / "measurements.json"
    write_json(path, about | {"measured": {"top1": 61}})
    told = "Sub-network 0123456789ab of f.csv, on single"
    assert found.export_of(project, "mine") == (told, {"top1": 61.0})
