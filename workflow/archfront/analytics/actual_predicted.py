"""Actual against predicted values of held-out sub-networks, with tau (paper, figure 14)."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics.predictor_error import NO_CURVE
from archfront.analytics.style import CYCLE, nothing, panels
from archfront.config.layout import OnPlatform
from archfront.core.files import read_table
from archfront.core.metrics import tau
from archfront.core.objective import OBJECTIVES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = """\
Actual against predicted values of sub-networks that the predictor was not trained on (the
paper's Fig. 14), for the largest training set of the first split."""


def inputs(settings: dict) -> list[str]:
    return [OnPlatform(name).actual_predicted for name in settings["platforms"]]


def table(folder: Path, settings: dict) -> pd.DataFrame:
    """Columns ``platform, objective, predictor, features, actual, predicted``; values are in the
    objective's unit. An objective that does not depend on the platform appears once."""
    parts: list[pd.DataFrame] = []
    for name, path in zip(settings["platforms"], inputs(settings), strict=True):
        pairs = read_table(folder / path)
        if not pairs.empty:
            pairs.insert(0, "platform", name)
            per_platform = pairs["objective"].map(lambda n: OBJECTIVES[n].per_platform)
            parts.append(pairs[per_platform] if parts else pairs)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def draw(table: pd.DataFrame, settings: dict) -> "Figure":
    groups = list(table.groupby(["objective", "platform"], sort=False)) if len(table) else []
    figure, axes = panels(max(1, len(groups)))
    if not groups:
        nothing(axes[0], NO_CURVE)
    for axis, ((objective, platform), rows) in zip(axes, groups, strict=False):
        known = OBJECTIVES[objective]
        plot(axis, rows, f"{known.label}, {platform}" if known.per_platform else known.label)
    return figure


def plot(axis: "Axes", rows: pd.DataFrame, title: str) -> None:
    """Draw the pairs of one objective, with the ideal line and tau."""
    known = OBJECTIVES[rows["objective"].iloc[0]]
    both = rows[["actual", "predicted"]]
    ends = both.min().min(), both.max().max()
    axis.plot(ends, ends, color=CYCLE[2], label="ideal")
    axis.scatter(rows["actual"], rows["predicted"], s=16, color=CYCLE[0], alpha=0.8)
    axis.set(
        xlabel=f"Actual {known.axis}",
        ylabel=f"Predicted {known.axis}",
        title=f"{title}: τ = {tau(rows['actual'], rows['predicted']):.2f}",
    )
    axis.legend(loc="upper left")
