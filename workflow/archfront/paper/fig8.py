"""Figure 8: a search with a warm start from the front of another hardware configuration."""

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics.style import legend_below, panels
from archfront.paper import fig7, latency_axis
from archfront.paper.study import Study, cost_objective

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Figure 8: evolution of a warm-started search"
CAPTION = """\
The same search as in figure 7, started at random and from the front of another hardware
configuration (circles): first 250 generations, darker for later ones, and as a line the front of
the whole search. First seed."""
CAPTION += latency_axis.NOTE
SAYS = """\
A warm start spans the range of the objectives from the beginning, and far fewer sub-networks are
sampled behind the front."""
ROLES = ("vision",)
TACTICS = "full", "full_warm"

inputs = partial(fig7.inputs, tactics=TACTICS)
table = partial(fig7.table, tactics=TACTICS)


def draw(table: pd.DataFrame, study: Study) -> "Figure":
    table, settings = latency_axis.as_drawn(table, study["vision"])
    quality, cost = settings["objectives"][0], cost_objective(settings)
    figure, axes = panels(2)
    for axis, tactic in zip(axes, TACTICS, strict=True):
        rows = table[table["tactic"] == tactic]
        points = fig7.panel(axis, rows, settings)
        start = rows[(rows["generation"] == 0) & (rows["kind"] == "predicted")]
        axis.scatter(
            start[cost], start[quality], s=26, fc="none", ec="black", lw=0.8, label="start"
        )
        source = settings["warm_start"]["source"]
        axis.set_title("Random start" if tactic == "full" else f"Start from {source}")
    for axis in axes:
        axis.set(
            xlim=(min(a.get_xlim()[0] for a in axes), max(a.get_xlim()[1] for a in axes)),
            ylim=(min(a.get_ylim()[0] for a in axes), max(a.get_ylim()[1] for a in axes)),
        )
    figure.colorbar(points, ax=axes[-1], label="Generation")
    legend_below(figure)
    return figure
