"""Non-dominated sorting and crowding distances: how NSGA-II tells better from worse.

Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II", IEEE Transactions on
Evolutionary Computation 6(2), 2002.
"""

import moocore
import numpy as np


def best(costs: np.ndarray, count: int) -> np.ndarray:
    """Rows that NSGA-II's survival keeps: by rank, then by crowding; sorted row numbers. Ties are
    broken alike in every run."""
    if len(costs) <= count:
        return np.arange(len(costs))
    return np.sort(survivors(costs, count, np.random.default_rng(0))[0])


def survivors(
    costs: np.ndarray, count: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """``count`` rows by rank, then by crowding, ties at random; and their crowding distances."""
    ranks, crowding = crowded_ranks(costs)
    shuffled = random.permutation(len(costs))
    order = shuffled[np.lexsort((-crowding[shuffled], ranks[shuffled]))][:count]
    return order, crowding[order]


def crowded_ranks(costs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The front that each row is in, counted from 0, and its crowding distance in it."""
    ranks = moocore.pareto_rank(costs)
    return ranks, crowding_distances(costs, ranks)


def crowding_distances(costs: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """How far apart the neighbours of each row are within its front, averaged over the objectives,
    each as a share of the front's range: float64 ``n``, infinite at the ends; higher is better.
    An objective that is the same all over a front adds nothing, but one or two rows are ends."""
    total = np.where(np.bincount(ranks)[ranks] <= 2, np.inf, 0.0)
    for column in costs.T:
        order = np.lexsort((column, ranks))
        values, fronts = column[order], ranks[order]
        new = np.flatnonzero(np.diff(fronts, prepend=-1))
        length = np.diff(new, append=len(order))
        steps = np.empty(len(order) + 1)
        steps[1:-1] = np.diff(values)
        steps[new] = steps[-1] = np.inf
        extent = np.repeat(values[new + length - 1] - values[new], length)
        varies = extent > 0
        gap = steps[:-1][varies] / extent[varies] + steps[1:][varies] / extent[varies]
        total[order[varies]] += gap
    return total / costs.shape[1]
