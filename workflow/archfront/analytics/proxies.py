"""Top-1 against objectives that need no validation, with their rank correlation."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics.style import CYCLE, panels
from archfront.config.layout import sample_archives
from archfront.config.queries import proxies
from archfront.core.archive import all_samples
from archfront.core.metrics import tau
from archfront.core.objective import OBJECTIVES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = """\
Top-1 of the random samples of all seeds against what costs no validation, with Kendall's rank
correlation: MACs and parameters always, a training-free score where it is an objective."""


def inputs(settings: dict) -> list[str]:
    return sample_archives(settings, next(iter(settings["platforms"])))


def table(folder: Path, settings: dict) -> pd.DataFrame:
    """``digest, top1``, and a column per proxy. Samples with a missing value are left out."""
    samples = all_samples(folder / path for path in inputs(settings))
    return samples[["digest", "top1", *proxies(settings)]].dropna().reset_index(drop=True)


def draw(table: pd.DataFrame, settings: dict) -> "Figure":
    names = proxies(settings)
    figure, axes = panels(len(names))
    for axis, name in zip(axes, names, strict=True):
        known = OBJECTIVES[name]
        axis.scatter(table[name], table["top1"], s=16, color=CYCLE[0], alpha=0.8)
        axis.set(
            xlabel=known.axis,
            ylabel=OBJECTIVES["top1"].axis,
            title=f"{known.label}: \u03c4 = {tau(table[name], table['top1']):.2f}",
        )
    return figure
