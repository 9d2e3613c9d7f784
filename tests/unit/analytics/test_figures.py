import pytest
from helpers.experiment_files import experiment
from instant import Instant

from archfront.analytics import figures
from archfront.config.layout import owner
from archfront.supernets.registry import SUPERNETS

MUCH = {
    "supernet": "embedded_mobilenetv3",
    "popdb": {"enabled": True},
    "objectives": ["top1", "latency"],
    "predictors": {"latency": "look_up"},
    "tactics": ["full", "concurrent"],
}
ALL = [
    *figures.ALWAYS,
    *("concurrent_evolution", "search_evolution", "clusters", "proxies", "look_up"),
]


@pytest.mark.parametrize("name", ALL)
def test_a_figure_reads_files_that_the_experiment_has(name):
    settings = experiment(popdb=MUCH["popdb"], predictors=MUCH["predictors"])
    paths = figures.module(name).inputs(settings)
    assert paths and all(owner(path, settings) for path in paths)
    assert len(set(paths)) == len(paths)


def test_the_config_decides_what_is_drawn():
    little = {
        "popdb": {"enabled": False},
        "objectives": ["latency"],
        "predictors": {},
        "tactics": ["random"],
    }
    assert figures.figure_names(little) == list(figures.ALWAYS)
    published = figures.figure_names(little | {"tactics": ["concurrent_paper"]})
    assert published == [*figures.ALWAYS, "concurrent_evolution"]
    assert figures.figure_names(MUCH) == ALL


class WithoutCosts(Instant):
    costs = ()


def test_top1_has_no_proxies_where_archives_have_no_costs(monkeypatch):
    monkeypatch.setitem(SUPERNETS, "without_costs", WithoutCosts)
    without = MUCH | {"supernet": "without_costs"}
    assert "proxies" not in figures.figure_names(without)
    scored = without | {"objectives": ["top1", "latency", "naswot"]}
    assert "proxies" in figures.figure_names(scored)


def test_a_single_objective_has_no_figure_of_two():
    names = figures.figure_names(MUCH | {"objectives": ["top1"]})
    assert names == [name for name in ALL if name not in ("search_evolution", "clusters")]
