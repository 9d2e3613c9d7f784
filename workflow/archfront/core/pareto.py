"""Pareto fronts and hypervolume, for any number of objectives.

Everywhere an array of *costs* is ``n x m`` float64, lower is better in each column;
an objective to be maximised enters negated. Rows with a NaN (a failed measurement) are never on a
front and dominate nothing.
"""

from collections.abc import Mapping

import moocore
import numpy as np
import pandas as pd

from archfront.core.objective import OBJECTIVES


def costs(values: np.ndarray, objectives: list[str]) -> np.ndarray:
    """Values of the named objectives as costs: maximised columns negated. Its own inverse."""
    signs = np.array([-1.0 if OBJECTIVES[name].maximise else 1.0 for name in objectives])
    return np.asarray(values, float) * signs


def excess(values: Mapping[str, np.ndarray], bounds: Mapping[str, float]) -> np.ndarray | float:
    """How far each row lies beyond the bounds, summed, each as a share of its bound: float64 ``n``.

    A bound is the worst value that can be used: the largest of an objective to be minimised, the
    least of one to be maximised. 0 within all of them, NaN where a value is missing.
    """
    total = 0.0
    for name, bound in bounds.items():
        beyond = costs(np.asarray(values[name], float), [name]) - costs(np.array(bound), [name])
        total = total + np.maximum(beyond, 0) / (abs(bound) or 1)
    return total


def costs_and_excess(
    values: Mapping[str, np.ndarray], objectives: list[str], bounds: Mapping[str, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Costs ``n x m`` of the named values, and how far each row lies beyond the bounds: ``n``."""
    found = costs(np.stack([values[name] for name in objectives], axis=1), objectives)
    return found, np.zeros(len(found)) + excess(values, bounds)


BEYOND = 1e9
"""Costs beyond the bounds are at least so large."""


def penalised(costs: np.ndarray, excess: np.ndarray) -> np.ndarray:
    """Costs with which any search keeps to the bounds: what lies beyond them is worse than all that
    does not, the more so the farther it is (Deb's constrained domination)."""
    return np.where(excess[:, None] > 0, BEYOND * (1 + excess[:, None]), costs)


def front_mask(costs: np.ndarray) -> np.ndarray:
    """Which rows no other row dominates: bool ``n``; of equal rows each is kept."""
    mask = np.isfinite(costs).all(axis=1)
    if mask.any():
        mask[mask] = moocore.is_nondominated(costs[mask], keep_weakly=True)
    return mask


def hypervolume(costs: np.ndarray, reference: np.ndarray, ideal: np.ndarray) -> float:
    """Share of the box between ``ideal`` and ``reference`` that the rows dominate; higher is
    better. Rows that are better than ``ideal`` make it exceed their share: it is a unit of
    volume, not a bound. Rows that are not better than ``reference`` in each column add nothing.
    """
    scaled = (costs - ideal) / (reference - ideal)
    inside = scaled[np.isfinite(scaled).all(axis=1) & (scaled < 1).all(axis=1)]
    if not len(inside):
        return 0.0
    return float(moocore.hypervolume(inside, ref=np.ones(costs.shape[1])))


def hypervolume_curve(costs: np.ndarray, reference: np.ndarray, ideal: np.ndarray) -> np.ndarray:
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


def knee(costs: np.ndarray) -> int:
    """Row of the front nearest to its ideal corner, each column scaled to the front's range."""
    rows = np.flatnonzero(front_mask(costs))
    front = costs[rows]
    low, high = front.min(axis=0), front.max(axis=0)
    scaled = (front - low) / np.where(high > low, high - low, 1)
    return int(rows[np.argmin((scaled**2).sum(axis=1))])


def archive_costs(
    table: pd.DataFrame, objectives: list[str], bounds: Mapping[str, float] | None = None
) -> np.ndarray:
    """Costs of each row, lower is better; NaN where a measurement is missing, and in rows that lie
    beyond the bounds."""
    values = costs(table[objectives].to_numpy(float), objectives)
    if bounds:
        values[~(excess(table, bounds) == 0)] = np.nan
    return values
