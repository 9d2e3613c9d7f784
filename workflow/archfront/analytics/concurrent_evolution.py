"""The measurements of each iteration of ConcurrentNAS, the paper's or archfront's (paper, figure
9)."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics.style import (
    CYCLE,
    SEQUENCE,
    axes_of,
    draw_bounds,
    legend_below,
    look,
    panels,
    shown,
)
from archfront.config.layout import Run
from archfront.config.queries import concurrent
from archfront.core.archive import best_first, front, read_archive
from archfront.core.objective import OBJECTIVES
from archfront.core.population_table import labelled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = """\
The measurements of each iteration on each platform, for the first seed, and the measured front at
the end (the paper's Fig. 9). ConcurrentNAS is the paper's Algorithm 1."""


def runs(settings: dict) -> list[tuple[str, str]]:
    """Platform and tactic of each panel."""
    return [(name, one) for one in concurrent(settings) for name in settings["platforms"]]


def inputs(settings: dict) -> list[str]:
    return [Run(settings["seeds"][0], *run).archive for run in runs(settings)]


def table(folder: Path, settings: dict) -> pd.DataFrame:
    """One row per measurement of the first seed: ``platform, tactic, iteration, digest``, the
    objectives, and ``on_front``, 1 on the measured front at the end, else 0."""
    objectives = settings["objectives"]
    parts = []
    for (name, tactic), path in zip(runs(settings), inputs(settings), strict=True):
        archive = read_archive(folder / path)
        best = front(archive, objectives, settings["bounds"])["digest"]
        rows = archive[["iteration", "digest", *shown(settings)]].copy()
        rows["on_front"] = archive["digest"].isin(best).astype(int)
        parts.append(labelled(rows, platform=name, tactic=tactic))
    return pd.concat(parts, ignore_index=True)


def draw(table: pd.DataFrame, settings: dict) -> "Figure":
    figure, axes = panels(len(runs(settings)), columns=len(settings["platforms"]))
    for axis, (platform, tactic) in zip(axes, runs(settings), strict=True):
        rows = table[(table["platform"] == platform) & (table["tactic"] == tactic)]
        plot(axis, rows, settings, table["iteration"].max())
        axis.set_title(f"{platform}, {look(tactic)['label']}")
    legend_below(figure)
    return figure


def plot(axis: "Axes", table: pd.DataFrame, settings: dict, last: int) -> None:
    """Draw the iterations of one platform. ``last`` is the last iteration of all platforms; it sets
    the scale of the colours."""
    from matplotlib import colormaps

    quality, cost = axes_of(settings)
    best = table[table["on_front"] == 1]
    best = best_first(best, cost)
    if len(settings["objectives"]) == 2:
        axis.step(best[cost], best[quality], where="post", color=CYCLE[1], label="measured front")
    else:  # a front of more than two objectives is no line in the plane of two
        axis.scatter(
            best[cost], best[quality], s=70, ec=CYCLE[1], fc="none", label="measured front"
        )
    for iteration, some in table.groupby("iteration"):
        colour = "#9a9a9a" if iteration == 0 else colormaps[SEQUENCE](iteration / max(1, last))
        axis.scatter(
            some[cost],
            some[quality],
            s=14 if iteration == 0 else 26,
            color=colour,
            marker="." if iteration == 0 else "o",
            label="start" if iteration == 0 else f"iteration {iteration}",
            zorder=3,
        )
    draw_bounds(axis, settings, cost, quality)
    axis.set(xlabel=OBJECTIVES[cost].axis, ylabel=OBJECTIVES[quality].axis)
