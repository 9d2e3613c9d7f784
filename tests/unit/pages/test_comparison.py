import pytest
from helpers.past_run import past_run

from archfront.analytics.selection import EMPTY_FRONT
from archfront.core.registry import ConfigError
from archfront.pages import comparison, found
from archfront.pages.comparison import Asked
from archfront.pages.project import Project


@pytest.fixture
def project(tmp_path):
    for name in ("mine", "other"):
        past_run(tmp_path / "results", name)
    return Project(tmp_path)


def seen(project, *experiments, all_measured=False):
    asked = Asked(experiments, ("single",), ("full",), "latency", "top1", all_measured)
    return comparison.look_at(project, asked)


def test_the_fronts_of_several_experiments_are_compared(project):
    found_rows = seen(project, "mine", "other")
    assert set(found_rows.groups) == {("mine, single", "full"), ("other, single", "full")}
    assert found_rows.problems == []
    space, configuration = comparison.subnetwork(project, found_rows.rows.iloc[0])
    assert len(configuration["d"]) == 3 and space.size > 1000
    tables, problems = comparison.shares(project, found_rows.rows)
    assert list(tables) == ["mine, single", "other, single"] and problems == []
    assert comparison.pairs(project, ("mine", "other")) == ({}, [])


def test_a_front_that_the_bounds_leave_empty_is_said(project):
    copy = project.folder("mine") / "config.yaml"
    copy.write_text(copy.read_text() + "bounds: {top1: 99}\n")
    found_rows = seen(project, "mine")
    assert found_rows.rows.empty and found_rows.problems == [f"mine, single, full: {EMPTY_FRONT}"]
    assert comparison.shares(project, found_rows.rows) == ({}, [])


@pytest.mark.parametrize("file", ["config.yaml", "seed1/single/full/archive.csv"])
def test_an_experiment_that_cannot_be_read_is_said_and_the_others_are_shown(project, file):
    (project.folder("mine") / file).write_text("a: 1\n")
    found_rows = seen(project, "mine", "other")
    assert set(found_rows.groups) == {("other, single", "full")}
    (problem,) = found_rows.problems
    assert problem.startswith("mine: ")
    _, problems = comparison.pairs(project, ("mine", "other"))
    assert len(problems) == (file == "config.yaml")


def test_an_archive_without_an_objective_has_no_front(project):
    path = project.folder("mine") / "seed1/single/full/archive.csv"
    path.write_text(path.read_text().replace("latency", "delay", 1))
    found_rows = seen(project, "mine")
    assert found_rows.groups == {}
    (problem,) = found_rows.problems
    assert problem.startswith("mine, single, full: KeyError: ") and "latency" in problem


def test_a_super_network_that_is_gone_is_said_and_the_others_are_shown(project, monkeypatch):
    rows = seen(project, "mine", "other").rows
    made = comparison.supernet

    def gone(settings):
        if settings["experiment"] == "mine":
            raise ConfigError("supernet: 'instant:Instant' cannot be imported")
        return made(settings)

    for module in (comparison, found):
        monkeypatch.setattr(module, "supernet", gone)
    store = project.results / "store"
    store.mkdir()
    monkeypatch.setattr(found, "store_table", lambda _: rows.assign(supernet="instant-1"))
    problem = "mine, single: supernet: 'instant:Instant' cannot be imported"
    tables, problems = comparison.shares(project, rows)
    assert list(tables) == ["other, single"] and problems == [problem]
    assert problem in seen(project, "mine", all_measured=True).problems
