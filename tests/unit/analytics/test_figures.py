import pytest

from archfront.analytics import figures


@pytest.mark.parametrize("name", [*figures.ALWAYS, "clusters", "proxies", "look_up"])
def test_a_figure_module_has_what_the_workflow_asks_for(name):
    module = figures.module(name)
    assert callable(module.inputs) and callable(module.table) and callable(module.draw)
    assert len(module.CAPTION) > 80


def test_the_config_decides_what_is_drawn():
    little = {
        "popdb": {"enabled": False},
        "objectives": ["latency"],
        "predictors": {},
        "tactics": ["concurrent_paper"],
    }
    assert figures.figure_names(little) == list(figures.ALWAYS)
    much = {
        "popdb": {"enabled": True},
        "objectives": ["top1", "latency"],
        "predictors": {"latency": "look_up"},
        "tactics": ["full", "concurrent"],
    }
    assert figures.figure_names(much) == [
        *figures.ALWAYS,
        *("concurrent_evolution", "search_evolution", "clusters", "proxies", "look_up"),
    ]
