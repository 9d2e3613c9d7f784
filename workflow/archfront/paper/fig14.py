"""Figure 14: actual against predicted quality, with tau and the ideal line."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics.actual_predicted import plot
from archfront.analytics.predictor_error import NO_CURVE
from archfront.analytics.style import nothing, panels
from archfront.config.layout import OnPlatform
from archfront.core.files import read_table
from archfront.core.objective import OBJECTIVES
from archfront.paper import learning_curves
from archfront.paper.study import Study, files_of, named, title

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Figure 14: actual against predicted quality"
CAPTION = """\
Actual against predicted top-1 and BLEU of sub-networks that the predictor was not trained on, for
the largest training set of the first split, with Kendall's tau."""
SAYS = "Actual and predicted values are highly correlated, tightly around the ideal line."
ROLES = learning_curves.ROLES


def inputs(study: Study) -> list[str]:
    return files_of(study, lambda s: [OnPlatform(first(s)).actual_predicted])


def first(settings: dict) -> str:
    """Name of the first platform. Quality is the same on every platform."""
    return next(iter(settings["platforms"]))


def table(results: Path, study: Study) -> pd.DataFrame:
    """``experiment, supernet, objective, predictor, features, actual, predicted``."""
    parts = []
    for settings, path in zip(study.values(), inputs(study), strict=True):
        pairs = read_table(results / path)
        pairs = pairs[~pairs["objective"].map(lambda n: OBJECTIVES[n].per_platform)]
        pairs.insert(0, "supernet", title(settings))
        parts.append(named(settings, pairs))
    return pd.concat(parts, ignore_index=True)


def draw(table: pd.DataFrame, study: Study) -> "Figure":
    """Draw a panel per experiment. A panel without a pair says so."""
    figure, axes = panels(len(study), columns=2)
    for axis, settings in zip(axes, study.values(), strict=True):
        rows = table[table["experiment"] == settings["experiment"]]
        if rows.empty:
            nothing(axis, f"{title(settings)}: {NO_CURVE}")
        else:
            plot(axis, rows, rows["supernet"].iloc[0])
    return figure
