"""Figure 12: ConcurrentNAS in the PopDB space and in the whole search space."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics import hypervolume
from archfront.analytics.style import legend_below, panels
from archfront.config.queries import POPDB, concurrent
from archfront.paper.study import Study, inside, named, narrowed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Figure 12: ConcurrentNAS in the PopDB space"
CAPTION = """\
Hypervolume against validations in the whole search space and in the one that PopDB makes of
another platform's search history: mean and one standard deviation over the seeds. ConcurrentNAS is
the paper's Algorithm 1. What PopDB eliminated is the figure after this one."""
SAYS = """\
In the constrained space (10^15 of 10^19) hypervolume rises faster, and ends at nearly the same."""
ROLES = ("popdb",)


def shown(study: Study) -> dict:
    settings = study["popdb"]
    held = [name for name in concurrent(settings) if name in settings["popdb"]["tactics"]]
    tactics = [f"{name}{suffix}" for name in held for suffix in ("", POPDB)]
    return narrowed(settings, [settings["popdb"]["target"]], tactics)


def inputs(study: Study) -> list[str]:
    return inside(study["popdb"], hypervolume.inputs(shown(study)))


def table(results: Path, study: Study) -> pd.DataFrame:
    """``experiment, platform, tactic, seed, validations, hypervolume``."""
    settings = shown(study)
    return named(settings, hypervolume.table(results / settings["experiment"], settings))


def draw(table: pd.DataFrame, study: Study) -> "Figure":
    figure, (axis,) = panels(1, height=4.0)
    hypervolume.plot(axis, table, hypervolume.sample_counts(shown(study)))
    axis.set_title(study["popdb"]["popdb"]["target"])
    legend_below(figure)
    return figure
