"""Predictor error against training rows (paper, figures 3, 13 and 15)."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics.style import CYCLE, legend_below, nothing, panels
from archfront.config.layout import OnPlatform
from archfront.core.files import read_table
from archfront.core.objective import OBJECTIVES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = """\
Error (MAPE, lower is better) and rank correlation (Kendall's tau, higher is better) of the
predictors against the number of training rows (the paper's Figs. 3, 13 and 15): mean and
standard deviation over random splits of the random samples. Cross-validation chooses features, and
hyper-parameters for each number of rows anew."""


NO_CURVE = "No learning curve: no objective is predicted, or too few samples have a value"


def inputs(settings: dict) -> list[str]:
    return [OnPlatform(name).learning_curve for name in settings["platforms"]]


def table(folder: Path, settings: dict) -> pd.DataFrame:
    """Mean and standard deviation over trials: ``platform, objective, predictor, rows, features,
    mape_mean, mape_std, tau_mean, tau_std``; ``mape`` is in per cent."""
    parts: list[pd.DataFrame] = []
    for name, path in zip(settings["platforms"], inputs(settings), strict=True):
        curve = read_table(folder / path)
        if not curve.empty:
            groups = curve.groupby(["objective", "predictor", "rows", "features"])[["mape", "tau"]]
            summary = groups.agg(["mean", "std"]).reset_index()
            summary.columns = ["_".join(filter(None, column)) for column in summary.columns]
            summary.insert(0, "platform", name)
            # Objectives that do not depend on the platform, such as top-1, are shown once.
            shared = ~summary["objective"].map(lambda n: OBJECTIVES[n].per_platform)
            parts.append(summary[~shared] if parts else summary)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def draw(table: pd.DataFrame, settings: dict) -> "Figure":
    figure, axes = panels(2)
    if table.empty:
        for axis in axes:
            nothing(axis, NO_CURVE)
        return figure
    for number, ((objective, platform, kind), rows) in enumerate(
        table.groupby(["objective", "platform", "predictor"], sort=False)
    ):
        known = OBJECTIVES[objective]
        where = f", {platform}" if known.per_platform else ""
        label = f"{known.label}{where} ({kind})"
        for axis, measure in zip(axes, ("mape", "tau"), strict=True):
            plot(axis, rows, measure, number, label)
    for axis, label in zip(axes, ("MAPE (%)", "Kendall's τ"), strict=True):
        axis.set(xlabel="Training rows", ylabel=label)
    logarithmic(axes[0])
    legend_below(figure)
    return figure


def plot(axis: "Axes", rows: pd.DataFrame, measure: str, number: int, label: str) -> None:
    """Draw the curve ``number`` of a panel. ``measure`` is ``mape`` or ``tau``."""
    axis.errorbar(
        rows["rows"] * (1 + 0.01 * number),
        rows[f"{measure}_mean"],
        rows[f"{measure}_std"],
        marker="os^Dv"[number % 5],
        color=CYCLE[number % len(CYCLE)],
        capsize=3,
        label=label,
    )


def logarithmic(axis: "Axes") -> None:
    """Make the y axis logarithmic, with plain numbers as labels. Call it when all is drawn."""
    from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, NullLocator

    axis.set_yscale("log")
    low, high = axis.get_ylim()
    if high < 4 * low:
        axis.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
        axis.yaxis.set_minor_locator(NullLocator())
    else:
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
    axis.yaxis.set_major_formatter("{x:g}")
    axis.yaxis.set_minor_formatter(NullFormatter())
