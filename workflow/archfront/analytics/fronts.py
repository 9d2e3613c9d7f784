"""The measured fronts of all tactics, over the seeds."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics.normalised import latency_ranges, normalised_latency
from archfront.analytics.style import (
    TRUE_FRONT,
    axes_of,
    draw_bounds,
    legend_below,
    look,
    panels,
    shown,
)
from archfront.analytics.true_front import true_front
from archfront.config.layout import Run, sample_archives
from archfront.config.queries import runs
from archfront.core.archive import best_first, front, read_archive
from archfront.core.objective import OBJECTIVES
from archfront.core.population_table import labelled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = """\
The measured Pareto fronts of every tactic, over all seeds, and the random samples. Each point has
been measured; none is predicted. Where the values of all sub-networks are known, the black line is
the true front."""


def inputs(settings: dict) -> list[str]:
    samples = [path for name in settings["platforms"] for path in sample_archives(settings, name)]
    return samples + [Run(*run).archive for run in runs(settings)]


def table(folder: Path, settings: dict) -> pd.DataFrame:
    """One row per random sample (``tactic`` is ``samples``) and per sub-network of each tactic's
    front: ``platform, tactic, seed, digest``, the objectives, and ``normalised_latency`` if latency
    is an objective. Where the values of all sub-networks are known, the true front is there with
    the tactic ``true_front`` and the first seed."""
    objectives = settings["objectives"]
    parts, ranges = [], latency_ranges(folder, settings)
    for seed, platform, tactic in runs(settings):
        archive = read_archive(folder / Run(seed, platform, tactic).archive)
        groups = {tactic: front(archive, objectives, settings["bounds"])}
        if tactic == settings["tactics"][0]:
            groups["samples"] = read_archive(folder / Run(seed, platform, "samples").archive)
            best = true_front(settings, platform) if seed == settings["seeds"][0] else None
            if best is not None:
                groups[TRUE_FRONT] = best
        for name, rows in groups.items():
            rows = rows[["digest", *shown(settings)]].copy()
            if ranges:
                rows["normalised_latency"] = normalised_latency(rows["latency"], ranges[platform])
            parts.append(labelled(rows, platform=platform, tactic=name, seed=seed))
    return pd.concat(parts, ignore_index=True)


def draw(table: pd.DataFrame, settings: dict) -> "Figure":
    quality, cost = axes_of(settings)
    behind = "samples", TRUE_FRONT
    figure, axes = panels(len(settings["platforms"]), height=4.0)
    for axis, platform in zip(axes, settings["platforms"], strict=True):
        here = table[table["platform"] == platform]
        for tactic in sorted(here["tactic"].unique(), key=lambda name: name not in behind):
            rows, style = here[here["tactic"] == tactic], look(tactic)
            if tactic != "samples":
                rows = front(rows, settings["objectives"])
                rows = best_first(rows, cost)
            if tactic != "samples" and len(settings["objectives"]) == 2:
                axis.step(
                    rows[cost],
                    rows[quality],
                    where="post",
                    color=style["colour"],
                    linestyle=style["linestyle"],
                    lw=1,
                    label=style["label"] if tactic == TRUE_FRONT else None,
                )
                if tactic == TRUE_FRONT:
                    continue
            axis.scatter(
                rows[cost],
                rows[quality],
                s=18,
                edgecolors=style["colour"],
                facecolors=style["fill"],
                marker=style["marker"],
                label=style["label"],
            )
        draw_bounds(axis, settings, cost, quality)
        axis.set(xlabel=OBJECTIVES[cost].axis, ylabel=OBJECTIVES[quality].axis, title=platform)
    legend_below(figure)
    return figure
