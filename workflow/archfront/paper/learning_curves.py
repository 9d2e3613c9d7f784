"""The common part of figures 3, 13 and 15 and table 3: errors of predictors on held-out rows."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics.predictor_error import NO_CURVE, logarithmic, plot
from archfront.analytics.style import legend_below, nothing, panels
from archfront.config.layout import OnPlatform
from archfront.core.files import read_table
from archfront.core.objective import OBJECTIVES
from archfront.paper.study import Study, files_of, named, title

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROLES = "vision_rows", "rehearsal_rows", "residual_rows", "translation_rows"
"""The roles of the experiments that test predictors."""


def inputs(study: Study) -> list[str]:
    return files_of(study, lambda s: (OnPlatform(name).learning_curve for name in s["platforms"]))


def curves(results: Path, study: Study, per_platform: bool) -> pd.DataFrame:
    """``experiment, supernet, platform, objective, predictor, features, rows, trial, mape, tau``;
    ``mape`` is in per cent. With ``per_platform`` the rows are of objectives that depend on the
    platform (latency); otherwise of the other objectives, for the first platform only."""
    parts = []
    for settings in study.values():
        names = list(settings["platforms"])
        for name in names if per_platform else names[:1]:
            place = OnPlatform(name).learning_curve
            curve = read_table(results / settings["experiment"] / place)
            wanted = curve["objective"].map(lambda n: OBJECTIVES[n].per_platform) == per_platform
            rows = curve[wanted].copy()
            rows.insert(0, "platform", name)
            rows.insert(0, "supernet", title(settings))
            parts.append(named(settings, rows))
    return pd.concat(parts, ignore_index=True)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard deviation of ``mape`` and ``tau`` over the trials."""
    keys = ["experiment", "supernet", "platform", "objective", "predictor", "rows", "features"]
    found = table.groupby(keys, sort=False)[["mape", "tau"]].agg(["mean", "std"]).reset_index()
    found.columns = ["_".join(filter(None, column)) for column in found.columns]
    return found


def draw(table: pd.DataFrame, study: Study) -> "Figure":
    """Draw a panel per experiment, with a curve per platform and predictor. A panel without a
    curve says so."""
    found = summary(table)
    figure, axes = panels(len(study), columns=2)
    for axis, settings in zip(axes, study.values(), strict=True):
        rows = found[found["experiment"] == settings["experiment"]]
        if rows.empty:
            nothing(axis, f"{title(settings)}: {NO_CURVE}")
            continue
        several = rows["platform"].nunique() > 1
        for number, ((platform, kind), curve) in enumerate(
            rows.groupby(["platform", "predictor"], sort=False)
        ):
            plot(axis, curve, "mape", number, f"{kind}, {platform}" if several else kind)
        what = OBJECTIVES[rows["objective"].iloc[0]].label
        axis.set(
            xlabel="Training rows", ylabel=f"MAPE of {what} (%)", title=rows["supernet"].iloc[0]
        )
        logarithmic(axis)
        if several:
            axis.legend(fontsize=8)
    if len(found) and not any(axis.get_legend() for axis in axes):
        legend_below(figure)
    return figure
