"""The course of the search on predictions, shaded by generation (paper, figure 7)."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics.style import CYCLE, SEQUENCE, draw_bounds, legend_below, panels
from archfront.config.layout import Run
from archfront.core.archive import best_first, front, read_archive
from archfront.core.files import read_table
from archfront.core.objective import OBJECTIVES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure

CAPTION = """\
Every individual of the full search in the space of predicted objectives, darker for later
generations, for the first seed (the paper's Fig. 7). The dotted line joins the best of them
after they were measured: its distance from the cloud is what the predictors got wrong."""


def inputs(settings: dict) -> list[str]:
    seed = settings["seeds"][0]
    full = [Run(seed, name, "full") for name in settings["platforms"]]
    return [path for run in full for path in (run.history, run.archive)]


def table(folder: Path, settings: dict) -> pd.DataFrame:
    """The first seed: ``platform, kind`` (predicted or measured), ``generation`` (NaN if measured),
    and the objectives. The measured rows are the front of the search's proposals."""
    objectives, seed = settings["objectives"], settings["seeds"][0]
    parts = []
    for name in settings["platforms"]:
        run = Run(seed, name, "full")
        history = read_table(folder / run.history)
        seen = history[[f"predicted_{o}" for o in objectives]].set_axis(objectives, axis=1)
        parts.append(seen.assign(platform=name, kind="predicted", generation=history["generation"]))
        archive = read_archive(folder / run.archive)
        best = front(archive[archive["iteration"] > 0], objectives, settings["bounds"])
        parts.append(best[objectives].assign(platform=name, kind="measured"))
    return pd.concat(parts, ignore_index=True)


def draw(table: pd.DataFrame, settings: dict) -> "Figure":
    figure, axes = panels(len(settings["platforms"]))
    for axis, (platform, rows) in zip(axes, table.groupby("platform", sort=False), strict=True):
        points = plot(axis, rows, settings)
        axis.set_title(platform)
    figure.colorbar(points, ax=axes[-1], label="Generation")
    legend_below(figure)
    return figure


def plot(axis: "Axes", table: pd.DataFrame, settings: dict) -> "PathCollection":
    """Draw the search on one platform, and the measured front of its proposals. Returns the points,
    for a colour bar."""
    quality, cost = settings["objectives"][:2]
    points = cloud(axis, table[table["kind"] == "predicted"], settings)
    found = table[table["kind"] == "measured"]
    found = best_first(found, cost)
    axis.plot(
        found[cost],
        found[quality],
        color=CYCLE[1],
        marker="s",
        linestyle=":",
        label="best of the search, measured",
    )
    return points


def cloud(axis: "Axes", seen: pd.DataFrame, settings: dict) -> "PathCollection":
    """Draw the individuals, coloured by generation. Returns the points, for a colour bar."""
    quality, cost = settings["objectives"][:2]
    points = axis.scatter(
        seen[cost], seen[quality], c=seen["generation"], cmap=SEQUENCE, s=5, rasterized=True
    )
    draw_bounds(axis, settings, cost, quality)
    axis.set(xlabel=OBJECTIVES[cost].axis, ylabel=OBJECTIVES[quality].axis)
    return points
