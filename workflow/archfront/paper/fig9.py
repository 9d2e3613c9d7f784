"""Figure 9: the measurements of each iteration of ConcurrentNAS."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics import concurrent_evolution
from archfront.analytics.style import legend_below, look, panels
from archfront.config.queries import concurrent
from archfront.paper.fig7 import searched
from archfront.paper.study import Study, files_of, narrowed, table_of, title

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Figure 9: evolution of ConcurrentNAS"
CAPTION = """\
The measurements of each iteration, darker for later ones, and the measured front at the end.
First seed. ConcurrentNAS is the paper's Algorithm 1."""
SAYS = """\
Within a few iterations (5 of 50 for MobileNetV3, 4 of 125 for the Transformer) the search is
close to the front."""
ROLES = "vision", "translation"


def shown(settings: dict) -> dict:
    return narrowed(settings, [searched(settings)], concurrent(settings))


def inputs(study: Study) -> list[str]:
    return files_of(study, lambda settings: concurrent_evolution.inputs(shown(settings)))


def table(results: Path, study: Study) -> pd.DataFrame:
    """``experiment, platform, tactic, iteration, digest``, the objectives, and ``on_front`` (1 or
    0)."""
    return table_of(
        study, lambda s: concurrent_evolution.table(results / s["experiment"], shown(s))
    )


def draw(table: pd.DataFrame, study: Study) -> "Figure":
    runs = [(settings, tactic) for settings in study.values() for tactic in concurrent(settings)]
    figure, axes = panels(len(runs), columns=2)
    for axis, (settings, tactic) in zip(axes, runs, strict=True):
        rows = table[(table["experiment"] == settings["experiment"]) & (table["tactic"] == tactic)]
        concurrent_evolution.plot(axis, rows, settings, table["iteration"].max())
        axis.set_title(f"{title(settings)}, {searched(settings)}:\n{look(tactic)['label']}")
    legend_below(figure)
    return figure
