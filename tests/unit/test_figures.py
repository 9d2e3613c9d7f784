"""Each figure draws from its table, and the same table gives the same bytes."""

import hashlib
from pathlib import Path

import pytest

from archfront.analytics import figures, style
from archfront.tactics import TACTICS


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


def test_every_tactic_has_a_look_of_its_own():
    looks = [style.look(name) for name in ("samples", "full", *TACTICS)]
    for part in ("colour", "marker", "label"):
        assert len({look[part] for look in looks}) == len(looks)


def test_saved_figures_are_reproducible(tmp_path):
    import pandas as pd

    digests = set()
    for number in (1, 2):
        figure, (axis,) = style.panels(1)
        axis.plot([1, 2], [3, 4], label="a line")
        style.legend_below(figure)
        files = [str(tmp_path / f"{number}.{suffix}") for suffix in ("png", "svg", "csv")]
        style.save(figure, pd.DataFrame({"x": [1 / 3]}), ["a remark"], *files)
        digests.add(tuple(hashlib.sha256(Path(f).read_bytes()).hexdigest() for f in files))
    assert len(digests) == 1
    assert figure.get_suptitle() == "a remark"
