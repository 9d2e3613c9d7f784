"""The values of elastic parameters in the fronts of each platform (paper, section 3)."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics.style import CYCLE, legend_below, panels
from archfront.config.layout import OnPlatform
from archfront.core.files import read_table
from archfront.core.population_table import labelled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = """\
How often each value of the elastic parameters stands in the measured fronts of each platform: the
mean over the parameters of a kind, with the standard deviation over them. What is frequent is also
a constraint for the next search, front_values/<platform>.json."""


def inputs(settings: dict) -> list[str]:
    return [OnPlatform(name).front_values for name in settings["platforms"]]


def table(folder: Path, settings: dict) -> pd.DataFrame:
    """``platform, parameter, kind, value, frequency``."""
    parts = [
        labelled(read_table(folder / path), platform=name)
        for name, path in zip(settings["platforms"], inputs(settings), strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def draw(table: pd.DataFrame, settings: dict) -> "Figure":
    kinds = list(table["kind"].unique())
    figure, axes = panels(len(kinds))
    names = list(table["platform"].unique())
    width = 0.8 / len(names)
    for axis, kind in zip(axes, kinds, strict=True):
        rows = table[table["kind"] == kind]
        with suppress(ValueError):  # texts; of another kind, they made texts of all values
            rows = rows.assign(value=pd.to_numeric(rows["value"]))
        values = sorted(rows["value"].unique())
        for number, name in enumerate(names):
            by = rows[rows["platform"] == name].groupby("value")["frequency"]
            by = by.agg(["mean", "std"]).reindex(values)
            places = [place + (number - (len(names) - 1) / 2) * width for place in range(len(by))]
            axis.bar(
                places,
                by["mean"],
                width,
                yerr=by["std"].fillna(0),
                color=CYCLE[number % len(CYCLE)],
                hatch=("", "//", "..", "xx")[number % 4],
                edgecolor="white",
                error_kw={"lw": 1, "ecolor": "#555555"},
                label=name,
            )
        axis.set(
            xticks=range(len(values)),
            xticklabels=[v if isinstance(v, str) else f"{v:g}" for v in values],
            xlabel=f"Value of {kind}",
            ylabel="Share in the fronts",
            ylim=(0, None),
        )
        axis.grid(axis="x", visible=False)
    legend_below(figure)
    return figure
