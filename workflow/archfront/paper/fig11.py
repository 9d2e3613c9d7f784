"""Figure 11: ConcurrentNAS compared with WeakNAS and other baselines."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from archfront.analytics.style import legend_below, look, panels
from archfront.config.layout import Run
from archfront.core.archive import read_archive
from archfront.core.objective import OBJECTIVES
from archfront.core.pareto import excess
from archfront.core.population_table import labelled
from archfront.paper.study import Study, files_of, named

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Figure 11: ConcurrentNAS and WeakNAS"
CAPTION = """\
Left: everything that the first seed validated, and the limit of MACs that all keep to; large
symbols are the best within it, of each seed. Right: the best top-1 within the limit against the
number of validations, a line per seed. "As published" (hollow, dashed) is a rival that starts from
as many samples, and measures batches of the size, as its authors published; all others start from
the same samples and measure batches of one size."""
SAYS = "ConcurrentNAS finds competitive sub-networks in 100 validations, WeakNAS in 800 to 1,000."
ROLES = "weaknas", "few"
AS_PUBLISHED, EQUAL = "published", "equal"
"""The terms of a run: the samples and batches that the authors published, or those of all tactics
that are compared. The former are those of the experiment with the role ``weaknas``."""
FIRST = 10
"""Number of validations at which the right panel begins."""


def archives(settings: dict) -> list[tuple[int, str, str]]:
    """Seed, tactic and path of the archive of each run."""
    (platform,) = settings["platforms"]
    return [
        (seed, tactic, Run(seed, platform, tactic).archive)
        for tactic in settings["tactics"]
        for seed in settings["seeds"]
    ]


def inputs(study: Study) -> list[str]:
    return files_of(study, lambda settings: (path for *_, path in archives(settings)))


def table(results: Path, study: Study) -> pd.DataFrame:
    """One row per validation: ``experiment, terms, tactic, seed, validations`` (from 1), ``digest,
    top1`` (%), ``macs`` (millions), ``within`` (1 within the limit, else 0) and ``best`` (highest
    top-1 within the limit so far; NaN before the first one)."""
    parts = []
    for role, settings in study.items():
        terms = AS_PUBLISHED if role == "weaknas" else EQUAL
        for seed, tactic, path in archives(settings):
            rows = read_archive(results / settings["experiment"] / path)
            within = pd.Series(excess(rows, settings["bounds"]) == 0, index=rows.index)
            best = np.fmax.accumulate(rows["top1"].where(within))
            rows = rows[["digest", "top1", "macs"]].assign(within=within.astype(int), best=best)
            counted = range(1, len(rows) + 1)
            rows = labelled(rows, terms=terms, tactic=tactic, seed=seed, validations=counted)
            parts.append(named(settings, rows))
    return pd.concat(parts, ignore_index=True)


def bests(table: pd.DataFrame) -> pd.DataFrame:
    """The row with the highest top-1 within the limit, for each tactic, terms and seed."""
    inside_limit = table[(table["within"] == 1) & table["top1"].notna()]
    return table.loc[inside_limit.groupby(["tactic", "terms", "seed"])["top1"].idxmax()]


def drawn_as(tactic: str, terms: str) -> dict[str, str]:
    """The look of a tactic. As published it is hollow, dashed, and named so."""
    style = look(tactic)
    if terms == EQUAL:
        return style
    hollow = {"fill": "white", "linestyle": "--", "label": f"{style['label']} as published"}
    return style | hollow


def draw(table: pd.DataFrame, study: Study) -> "Figure":
    figure, (plane, course) = panels(2, height=4.2)
    first = table[table["seed"] == table["seed"].min()]
    for (name, terms), rows in first.groupby(["tactic", "terms"], sort=False):
        style = drawn_as(name, terms)
        plane.scatter(rows["macs"], rows["top1"], s=6, color=style["colour"], alpha=0.4, marker=".")
        chosen = bests(table).query("tactic == @name and terms == @terms")
        plane.scatter(
            chosen["macs"],
            chosen["top1"],
            s=55,
            marker=style["marker"],
            fc=style["fill"],
            ec="white" if terms == EQUAL else style["colour"],
            zorder=3,
            label=f"{style['label']}, best of {rows['validations'].max()}",
        )
    (limit,) = {settings["bounds"]["macs"] for settings in study.values()}
    plane.axvline(limit, color="#555555", linestyle="--", lw=1, label="limit")
    plane.set(xlabel=OBJECTIVES["macs"].axis, ylabel=OBJECTIVES["top1"].axis)
    for (name, terms, _), rows in table.groupby(["tactic", "terms", "seed"], sort=False):
        style = drawn_as(name, terms)
        course.plot(
            rows["validations"],
            rows["best"],
            color=style["colour"],
            linestyle=style["linestyle"],
            lw=1,
            marker=style["marker"],
            markerfacecolor=style["fill"],
            markevery=[-1],
            markersize=6,
        )
    course.set(xscale="log", xlabel="Validations", ylabel=f"Best {OBJECTIVES['top1'].axis}")
    course.xaxis.set_major_formatter("{x:g}")
    course.set_xlim(left=FIRST)
    course.set_ylim(bottom=table[table["validations"] >= FIRST]["best"].min())
    legend_below(figure)
    return figure
