"""Figure 7: the first generations of NSGA-II, and the front of the whole, much longer search."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics.search_evolution import cloud
from archfront.analytics.style import CYCLE, legend_below, panels
from archfront.config.layout import Run
from archfront.core.archive import best_first, front
from archfront.core.files import read_table
from archfront.paper import latency_axis
from archfront.paper.study import Study, cost_objective, files_of, named, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure

TITLE = "Figure 7: evolution of the search"
CAPTION = """\
Every individual of the first 250 generations of NSGA-II on predictions, darker for later ones,
and as a line the front of the whole search. First seed."""
CAPTION += latency_axis.NOTE
SAYS = "The search progresses towards the front of an extended search of 2,000 generations."
ROLES = "vision", "residual", "translation", "rivals"
SHADED = 250
"""Last generation whose individuals are shown."""


def searched(settings: dict) -> str:
    """Name of the platform that the figure shows: the last one of the experiment."""
    return list(settings["platforms"])[-1]


def inputs(study: Study, tactics: tuple[str, ...] = ("full",)) -> list[str]:
    return files_of(
        study,
        lambda s: (Run(s["seeds"][0], searched(s), tactic).history for tactic in tactics),
    )


def table(results: Path, study: Study, tactics: tuple[str, ...] = ("full",)) -> pd.DataFrame:
    """``experiment, platform, tactic, kind``, ``generation``, the predicted objectives and
    ``normalised_latency``. Rows of
    the kind ``predicted`` are the individuals up to :data:`SHADED`; rows of the kind
    ``near-optimal`` are the front of the whole search. Individuals beyond the bounds are left
    out."""
    parts, paths = [], iter(inputs(study, tactics))
    for settings in study.values():
        objectives = settings["objectives"]
        for tactic in tactics:
            shown = shown_part(read_table(results / next(paths)), objectives)
            shown.columns = [name.removeprefix("predicted_") for name in shown]
            early = shown[shown["generation"] <= SHADED].assign(kind="predicted")
            best = front(_numbered(shown), objectives).assign(kind="near-optimal")
            for rows in (early, best):
                rows = rows.drop(columns=["within", "digest"], errors="ignore")
                rows = rows.assign(platform=searched(settings), tactic=tactic)
                parts.append(named(settings, rows))
    found = pd.concat(parts, ignore_index=True)
    first = ["experiment", "platform", "tactic", "kind", "generation"]
    return latency_axis.with_normalised(found[[*first, *found.columns.drop(first)]])


def shown_part(history: pd.DataFrame, objectives: list[str]) -> pd.DataFrame:
    """The part of a search's history that the figure shows: ``generation, within`` and the
    predicted objectives of the individuals up to :data:`SHADED` and of the front of the whole
    search, each point once. The part of this part is the same part."""
    columns = [f"predicted_{name}" for name in objectives]
    seen = history.loc[history["within"] == 1, ["generation", "within", *columns]]
    seen = seen.drop_duplicates(columns)
    plain = _numbered(seen.rename(columns=dict(zip(columns, objectives, strict=True))))
    best = front(plain, objectives).index
    return seen[(seen["generation"] <= SHADED) | seen.index.isin(best)]


def _numbered(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with a digest each, which breaks ties of :func:`archfront.core.archive.front`."""
    return rows.assign(digest=range(len(rows)))


def draw(table: pd.DataFrame, study: Study) -> "Figure":
    figure, axes = panels(len(study), columns=2)
    for axis, settings in zip(axes, study.values(), strict=True):
        rows = table[table["experiment"] == settings["experiment"]]
        points = panel(axis, *latency_axis.as_drawn(rows, settings))
        axis.set_title(f"{title(settings)}, {searched(settings)}")
    figure.colorbar(points, ax=axes[-1], label="Generation")
    legend_below(figure)
    return figure


def panel(axis: "Axes", rows: pd.DataFrame, settings: dict) -> "PathCollection":
    """Draw one search. Returns the points, for a colour bar."""
    quality, cost = settings["objectives"][0], cost_objective(settings)
    points = cloud(axis, rows[rows["kind"] == "predicted"], settings)
    best = rows[rows["kind"] == "near-optimal"]
    best = best_first(best, cost)
    axis.plot(
        best[cost], best[quality], ":", color=CYCLE[1], lw=2, label="front of the whole search"
    )
    axis.set(xlabel=f"Predicted {axis.get_xlabel()}", ylabel=f"Predicted {axis.get_ylabel()}")
    latency_axis.relabel(axis)
    return points
