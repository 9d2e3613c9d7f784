"""Pareto fronts and hypervolume, for any number of objectives.

An array of *costs* is float64 ``n x m``; lower is better in each column. The values of a maximised
objective are negated. A row with a NaN (a failed measurement) is never on a front and dominates no
other row.
"""

from collections.abc import Mapping

import moocore
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from archfront.core.objective import OBJECTIVES
from archfront.core.types import Booleans, Floats


def costs(values: ArrayLike, objectives: list[str]) -> Floats:
    """Values of the named objectives as costs: maximised columns are negated. The function is its
    own inverse."""
    signs = np.array([-1.0 if OBJECTIVES[name].maximise else 1.0 for name in objectives])
    signed: Floats = np.asarray(values, float) * signs
    return signed


def excess(values: Mapping[str, Floats], bounds: Mapping[str, float]) -> Floats | float:
    """Sum over the bounds of the amount by which each row exceeds a bound: float64 ``n``.

    Each amount is divided by the absolute value of its bound, or by 1 if the bound is 0. A bound is
    the worst value that can be used: the largest value of a minimised objective, the smallest value
    of a maximised one. The sum is 0 within all bounds, and NaN where a value is missing. Without
    bounds, the result is the number 0.
    """
    total: Floats | float = 0.0
    for name, bound in bounds.items():
        beyond = costs(np.asarray(values[name], float), [name]) - costs(np.array(bound), [name])
        total = total + np.maximum(beyond, 0) / (abs(bound) or 1)
    return total


def costs_and_excess(
    values: Mapping[str, Floats], objectives: list[str], bounds: Mapping[str, float]
) -> tuple[Floats, Floats]:
    """Costs of the named objectives (float64 ``n x m``), and the :func:`excess` of each row over
    the bounds (float64 ``n``)."""
    found = costs(np.stack([values[name] for name in objectives], axis=1), objectives)
    return found, np.zeros(len(found)) + excess(values, bounds)


BEYOND = 2.0**1022
"""Lower limit of the costs of a row beyond the bounds. No measured value is as large
(:func:`archfront.measurement.measure.measurement_of`), so that a cost tells whether its row is
within the bounds, in every unit. The limit is a quarter of the range of float64: differences of
costs are finite."""
FAR = 2.0**100
"""Lower limit of the :class:`Shares` of a row beyond the bounds. Products of a few are finite."""


def penalised(costs: Floats, excess: Floats) -> Floats:
    """Costs that make any search keep to the bounds (Deb's constrained domination).

    A row beyond the bounds gets costs from :data:`BEYOND` to twice as much, which grow with its
    excess, so that it is worse than every row within the bounds. All other rows keep their costs.
    """
    return np.where(excess[:, None] > 0, BEYOND * (2 - 1 / (1 + excess[:, None])), costs)


class Shares:
    """Costs as shares of a range, for algorithms that compute products of costs: call it with costs
    (float64 ``n x m``). The range of a column is that of the rows within the bounds, in the first
    call that has such rows. A constant column has the absolute value of its costs as the range, or
    1. Rows beyond the bounds have shares from :data:`FAR` to twice as much, in the order of their
    costs."""

    def __init__(self) -> None:
        self.range: tuple[Floats, Floats] | None = None

    def __call__(self, costs: Floats) -> Floats:
        within = (costs < BEYOND).all(axis=1)
        if self.range is None and within.any():
            low, extent = costs[within].min(axis=0), np.ptp(costs[within], axis=0)
            constant = np.where(low == 0, 1.0, np.abs(low))
            self.range = low, np.where(extent == 0, constant, extent)
        found = costs / (BEYOND / FAR)
        if self.range is not None:
            found[within] = (costs[within] - self.range[0]) / self.range[1]
        return found


def front_mask(costs: Floats) -> Booleans:
    """True for each row that no other row dominates: bool ``n``. Equal rows are all kept; a row
    that is not finite is False."""
    mask: Booleans = np.all(np.isfinite(costs), axis=1)
    if mask.any():
        mask[mask] = moocore.is_nondominated(costs[mask], keep_weakly=True)
    return mask


def hypervolume(costs: Floats, reference: Floats, ideal: Floats) -> float:
    """Hypervolume of the rows, in units of the box between ``ideal`` and ``reference``; higher is
    better.

    ``ideal`` sets the unit and is not a limit: rows that are better than ``ideal`` can bring the
    value above 1. A row that has a NaN, or is not better than ``reference`` in each column, adds
    nothing. The value is 0 if no row adds anything.
    """
    scaled = (costs - ideal) / (reference - ideal)
    inside = scaled[np.isfinite(scaled).all(axis=1) & (scaled < 1).all(axis=1)]
    if not len(inside):
        return 0.0
    return float(moocore.hypervolume(inside, ref=np.ones(costs.shape[1])))


def hypervolume_curve(costs: Floats, reference: Floats, ideal: Floats) -> Floats:
    """Hypervolume of the first 1, 2, ..., n rows: float64 ``n``."""
    curve = np.zeros(len(costs))
    best = 0.0
    kept = np.empty((0, costs.shape[1]))
    for row in range(len(costs)):
        candidate = np.concatenate([kept, costs[row : row + 1]])
        mask = front_mask(candidate)
        if mask[-1]:
            kept = candidate[mask]
            best = hypervolume(kept, reference, ideal)
        curve[row] = best
    return curve


def knee(costs: Floats) -> int:
    """Number of the row of the front that is nearest to the front's ideal corner. Each column is
    scaled to the front's range. ValueError if the front is empty."""
    rows = np.flatnonzero(front_mask(costs))
    front = costs[rows]
    low, high = front.min(axis=0), front.max(axis=0)
    scaled = (front - low) / np.where(high > low, high - low, 1)
    return int(rows[np.argmin((scaled**2).sum(axis=1))])


def archive_costs(
    table: pd.DataFrame, objectives: list[str], bounds: Mapping[str, float] | None = None
) -> Floats:
    """Costs of each row of a table: float64 ``n x m``, lower is better. NaN where a measurement is
    missing, and throughout a row that is beyond the bounds or lacks a bounded value."""
    values = costs(table[objectives].to_numpy(float), objectives)
    if bounds:
        values[~(excess(table, bounds) == 0)] = np.nan
    return values
