"""Check whether a super-network reproduces the published top-1 of its sub-networks."""

import numpy as np
import pandas as pd

from archfront.core.objective import OBJECTIVES, exact
from archfront.core.supernet import SuperNetwork
from archfront.core.types import Settings
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore

COLUMNS = ["subnetwork", "macs", "params", "expected", "measured", "tolerance", "reproduced"]
NOISE = 0.1
"""Largest difference between published runs in the top-1 of a sub-network, in percentage points."""


def self_test(supernet: SuperNetwork, settings: Settings, store: MeasurementStore) -> pd.DataFrame:
    """Validate the smallest, the largest and the published sub-networks.

    Columns: ``subnetwork``, ``macs`` and ``params`` (millions), ``expected`` (published top-1 in %,
    NaN if nobody published it), ``measured`` (%), ``tolerance`` (percentage points: :data:`NOISE`,
    plus three standard errors if top-1 is taken on a subset), ``reproduced`` (NaN if ``expected``
    is NaN). A published sub-network with another resolution than the space is left out. Costs that
    the super-network does not state are NaN.
    The table is empty for a super-network that does not measure top-1.
    """
    if supernet.measures is not None and "top1" not in supernet.measures:
        return pd.DataFrame(columns=COLUMNS)
    names, rows = ["smallest", "largest"], [supernet.space.extremes()]
    expected = [np.nan, np.nan]
    for reference in supernet.references():
        try:
            rows.append(supernet.space.encode([reference.configuration]))
        except ValueError:  # the reference has another resolution than this space
            continue
        names.append(reference.source)
        expected.append(reference.top1)
    population = np.concatenate(rows)
    taken = measure(supernet, OBJECTIVES["top1"], population, None, settings, store)
    tolerance = NOISE + (3 * taken["spread"] if supernet.remarks(settings) else 0)
    within = (taken["value"] - pd.Series(expected)).abs() <= tolerance
    columns = (
        names,
        *(
            exact(OBJECTIVES[name], supernet, population) if name in supernet.costs else np.nan
            for name in ("macs", "params")
        ),
        expected,
        taken["value"],
        tolerance,
        within.astype(object).where(pd.Series(expected).notna(), np.nan),
    )
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def conclusion(table: pd.DataFrame) -> str:
    """The result of the self-test as one sentence."""
    if table.empty:
        return "Top-1 is not measured, so nothing published is compared"
    expected = table[table["expected"].notna()]
    wrong = expected[expected["reproduced"] != True]  # noqa: E712 (objects)
    if len(wrong):
        worst = wrong.iloc[0]
        return (
            f"NOT REPRODUCED: {worst['subnetwork']} should have {worst['expected']:.2f} %, this "
            f"set-up gives {worst['measured']:.2f} %: the weights, the images or their labels are "
            "not those of the publication"
        )
    smallest, largest = table["measured"].iloc[:2]
    if len(expected):
        return f"Reproduced: {len(expected)} published sub-networks have their published top-1"
    order = "is better than" if largest > smallest else "is NO better than"
    return (
        f"Nothing is published to compare with. The largest ({largest:.2f} %) {order} the smallest "
        f"({smallest:.2f} %)"
    )
