"""HDBSCAN clusters of a search history, noise marked (paper, figure 4)."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics.style import CYCLE, legend_below, panels
from archfront.config.layout import PopDB
from archfront.core.files import read_table
from archfront.core.objective import OBJECTIVES
from archfront.core.population_table import labelled
from archfront.search.popdb import NOISE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = """\
HDBSCAN clusters over the history of the full search on the source platform (the paper's Fig.
4). PopDB keeps the values of elastic parameters that are frequent in the clusters; noise does
not count."""


NAMED = 12
"""Maximum number of clusters with separate entries in the legend. More clusters share one entry."""


def inputs(settings: dict) -> list[str]:
    return [PopDB(seed).clusters for seed in settings["seeds"]]


def table(folder: Path, settings: dict) -> pd.DataFrame:
    """One row per individual: ``seed, predicted_..., cluster``; the cluster -1 is noise."""
    parts = [
        labelled(read_table(folder / path), seed=seed)
        for seed, path in zip(settings["seeds"], inputs(settings), strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def draw(table: pd.DataFrame, settings: dict) -> "Figure":
    figure, axes = panels(len(settings["seeds"]))
    for axis, (seed, rows) in zip(axes, table.groupby("seed"), strict=True):
        plot(axis, rows, settings, f"Seed {seed}")
    legend_below(figure)
    return figure


def plot(axis: "Axes", rows: pd.DataFrame, settings: dict, title: str) -> None:
    """Draw the clusters of one seed. Colours and markers repeat if the clusters are many."""
    quality, cost = settings["objectives"][:2]
    clusters = sorted(c for c in rows["cluster"].unique() if c != NOISE)
    noise = rows[rows["cluster"] == NOISE]
    x, y = f"predicted_{cost}", f"predicted_{quality}"
    axis.scatter(
        noise[x], noise[y], s=6, marker="^", color="#bdbdbd", label="noise", rasterized=True
    )
    few = len(clusters) <= NAMED
    for number in clusters:
        some = rows[rows["cluster"] == number]
        colour, marker = CYCLE[number % len(CYCLE)], "xo"[(number // len(CYCLE)) % 2]
        axis.scatter(
            some[x],
            some[y],
            s=8,
            marker=marker,
            color=colour,
            label=f"cluster {number}" if few else "clusters (colours repeat)",
            rasterized=True,
        )
    share = len(noise) / len(rows)
    axis.set(
        xlabel=f"Predicted {OBJECTIVES[cost].axis}",
        ylabel=f"Predicted {OBJECTIVES[quality].axis}",
        title=f"{title}: {len(clusters)} clusters, {share:.0%} noise",
    )
