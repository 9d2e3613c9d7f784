"""The latency axis of the paper's figures: normalised by Eq. (2), as the paper shows latencies. The
data behind the figures have the milliseconds beside it."""

from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics.normalised import normalised_latency
from archfront.core.objective import OBJECTIVES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABEL = "Normalised latency"
NOTE = """
Latencies are normalised by Eq. (2) over the rows of the figure on the platform; the CSV has
milliseconds, too."""


def with_normalised(table: pd.DataFrame, column: str = "latency") -> pd.DataFrame:
    """The table with the column ``normalised_<column>`` after ``column`` (ms): Eq. (2) over all
    rows with the same experiment and platform, or over all rows of a table without these columns.
    A table without ``column`` is returned as it is."""
    if column not in table:
        return table
    keys = [name for name in ("experiment", "platform") if name in table]
    values = table[column]
    if keys:
        values = table.groupby(keys, sort=False)[column].transform(_normalised)
    else:
        values = _normalised(values)
    found = table.copy()
    found.insert(table.columns.get_loc(column) + 1, f"normalised_{column}", values)
    return found


def as_drawn(
    rows: pd.DataFrame, settings: dict, column: str = "latency"
) -> tuple[pd.DataFrame, dict]:
    """Rows and experiment with normalised latencies in the place of milliseconds, the bound on the
    latency included. ``rows`` are all rows of the figure of one experiment on one platform."""
    if column not in rows:
        return rows, settings
    bounds = dict(settings["bounds"])
    if "latency" in bounds:
        bounds["latency"] = normalised_latency(bounds["latency"], _range(rows[column]))
    return rows.assign(**{column: _normalised(rows[column])}), settings | {"bounds": bounds}


def relabel(axis: "Axes") -> None:
    """Replace the label of latencies in ms by :data:`LABEL`, on both axes."""
    for text in (axis.xaxis.label, axis.yaxis.label):
        before, unit, after = text.get_text().partition(OBJECTIVES["latency"].axis)
        if unit:
            text.set_text(f"{before}{LABEL.lower() if before else LABEL}{after}")


def _range(latency: pd.Series) -> dict[str, float]:
    return {"l_min": latency.min(), "l_max": latency.max()}


def _normalised(latency: pd.Series) -> pd.Series:
    return normalised_latency(latency, _range(latency))
