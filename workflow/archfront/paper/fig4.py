"""Figure 4: HDBSCAN's clusters over the history of a long search."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics.clusters import plot
from archfront.analytics.style import legend_below, panels
from archfront.config.layout import PopDB
from archfront.core.files import read_table
from archfront.paper import latency_axis
from archfront.paper.study import Study, inside

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Figure 4: clusters of a search's history"
CAPTION = """\
Clusters that HDBSCAN finds among the configurations that a long search visited, in the space of
predicted objectives; what it calls noise is grey. First seed, the platform that PopDB starts
from."""
CAPTION += latency_axis.NOTE
SAYS = "Individuals cluster along the front; HDBSCAN with min_cluster_size 50 and min_samples 10."
ROLES = ("popdb",)
COLUMN = "predicted_latency"


def inputs(study: Study) -> list[str]:
    settings = study["popdb"]
    return inside(settings, [PopDB(settings["seeds"][0]).clusters])


def table(results: Path, study: Study) -> pd.DataFrame:
    """One row per individual: ``predicted_..., cluster``; the cluster -1 is noise."""
    return latency_axis.with_normalised(read_table(results / inputs(study)[0]), COLUMN)


def draw(table: pd.DataFrame, study: Study) -> "Figure":
    figure, (axis,) = panels(1, height=4.4)
    plot(axis, *latency_axis.as_drawn(table, study["popdb"], COLUMN), f"{len(table):,} individuals")
    latency_axis.relabel(axis)
    legend_below(figure)
    return figure
