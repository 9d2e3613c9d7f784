"""Figure 10: hypervolume against validations, for every tactic and for the baselines."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics import hypervolume
from archfront.analytics.style import legend_below, panels
from archfront.config.queries import runs
from archfront.paper.study import Study, files_of, narrowed, table_of, title
from archfront.tactics import CONCURRENT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Figure 10: hypervolume against validations"
CAPTION = """\
Hypervolume of everything measured so far against the number of validations: mean and one standard
deviation over the seeds. The training rows of the full search are counted, and so is what a warm-
started search starts from. The unit is the box between the best and the worst values of the first
seed's random samples (reference/<platform>.json). ConcurrentNAS is the paper's Algorithm 1."""
SAYS = """\
A warm start has more hypervolume from the first validations on; ConcurrentNAS overtakes the full
search."""
ROLES = "vision", "rivals"
SHOWN = "validation", "validation_warm", "full", *CONCURRENT


def shown(settings: dict) -> dict:
    """The experiment with the target platform of its warm start, and the tactics of the paper's
    figure and archfront's ConcurrentNAS only. An experiment without warm starts is shown as a
    whole."""
    warm = settings["warm_start"]
    if not warm["tactics"]:
        return settings
    there = {tactic for _, _, tactic in runs(settings)}
    return narrowed(settings, [warm["target"]], [name for name in SHOWN if name in there])


def inputs(study: Study) -> list[str]:
    return files_of(study, lambda settings: hypervolume.inputs(shown(settings)))


def table(results: Path, study: Study) -> pd.DataFrame:
    """``experiment, platform, tactic, seed, validations, hypervolume``."""
    return table_of(study, lambda s: hypervolume.table(results / s["experiment"], shown(s)))


def draw(table: pd.DataFrame, study: Study) -> "Figure":
    figure, axes = panels(len(study), height=4.2)
    for axis, settings in zip(axes, study.values(), strict=True):
        rows = table[table["experiment"] == settings["experiment"]]
        hypervolume.plot(axis, rows, hypervolume.sample_counts(shown(settings)))
        (platform,) = shown(settings)["platforms"]
        axis.set_title(f"{title(settings)}, {platform}")
        axis.set_xscale("log")
        axis.xaxis.set_major_formatter("{x:g}")
    legend_below(figure)
    return figure
