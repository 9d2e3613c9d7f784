"""Figure 9: the measurements of each iteration of ConcurrentNAS."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics import concurrent_evolution
from archfront.analytics.style import axes_of, legend_below, look, panels
from archfront.analytics.style import shown as shown_columns
from archfront.config.layout import Run
from archfront.config.queries import concurrent, runs
from archfront.core.archive import best_first, front, read_archive
from archfront.core.population_table import labelled
from archfront.paper import latency_axis
from archfront.paper.fig7 import searched
from archfront.paper.study import Study, files_of, narrowed, table_of, title

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Figure 9: evolution of ConcurrentNAS"
CAPTION = """\
The measurements of each iteration, darker for later ones, and the measured front at the end.
First seed. The near-optimal front is that of everything that all runs of the experiment, of all
tactics and seeds, measured on the platform. ConcurrentNAS is the paper's Algorithm 1."""
CAPTION += latency_axis.NOTE
SAYS = """\
Within a few iterations (5 of 50 for MobileNetV3, 4 of 125 for the Transformer) the search is
close to the front."""
ROLES = "vision", "translation"
NEAR_OPTIMAL = "near-optimal"
"""The name of the near-optimal front in the column ``tactic``."""


def shown(settings: dict) -> dict:
    return narrowed(settings, [searched(settings)], concurrent(settings))


def everything(settings: dict) -> list[str]:
    """The archives of all runs on the platform of the figure."""
    platform = searched(settings)
    return [Run(*run).archive for run in runs(settings) if run[1] == platform]


def inputs(study: Study) -> list[str]:
    return files_of(study, everything)


def table(results: Path, study: Study) -> pd.DataFrame:
    """``experiment, platform, tactic, iteration, digest``, the objectives, ``normalised_latency``
    and ``on_front`` (1 or 0). The tactic :data:`NEAR_OPTIMAL` is the near-optimal front; it has no
    iteration."""
    return latency_axis.with_normalised(table_of(study, partial(_rows, results)))


def _rows(results: Path, settings: dict) -> pd.DataFrame:
    folder, objectives = results / settings["experiment"], settings["objectives"]
    measured = concurrent_evolution.table(folder, shown(settings))
    archives = [read_archive(folder / path) for path in everything(settings)]
    measured_by_all = pd.concat(archives).drop_duplicates("digest", ignore_index=True)
    best = front(measured_by_all, objectives, settings["bounds"])
    best = labelled(
        best[["digest", *shown_columns(settings)]], platform=searched(settings), tactic=NEAR_OPTIMAL
    )
    return pd.concat([measured, best.assign(on_front=1)], ignore_index=True)


def draw(table: pd.DataFrame, study: Study) -> "Figure":
    shown_runs = [(one, tactic) for one in study.values() for tactic in concurrent(one)]
    figure, axes = panels(len(shown_runs), columns=2)
    for axis, (settings, tactic) in zip(axes, shown_runs, strict=True):
        rows = table[table["experiment"] == settings["experiment"]]
        rows, scaled = latency_axis.as_drawn(rows, settings)
        best, (quality, cost) = rows[rows["tactic"] == NEAR_OPTIMAL], axes_of(settings)
        best = best_first(best, cost)
        axis.plot(best[cost], best[quality], ":", color="black", lw=2, label="near-optimal front")
        some = rows[rows["tactic"] == tactic].astype({"iteration": int})
        concurrent_evolution.plot(axis, some, scaled, int(table["iteration"].max()))
        latency_axis.relabel(axis)
        axis.set_title(f"{title(settings)}, {searched(settings)}:\n{look(tactic)['label']}")
    legend_below(figure)
    return figure
