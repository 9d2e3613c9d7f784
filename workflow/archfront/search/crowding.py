"""Non-dominated rank and crowding distance: the order of individuals in NSGA-II.

Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II", IEEE Transactions on
Evolutionary Computation 6(2), 2002.
"""

import moocore
import numpy as np

from archfront.core.types import Floats, Indices


def best(costs: Floats, count: int) -> Indices:
    """Row numbers, ascending, of the ``count`` rows that NSGA-II's survival keeps: by non-dominated
    rank, then by crowding distance. Ties are broken at random with a fixed seed. All rows are kept
    if there are no more than ``count``."""
    if len(costs) <= count:
        return np.arange(len(costs))
    return np.sort(survivors(costs, count, np.random.default_rng(0))[0])


def survivors(costs: Floats, count: int, random: np.random.Generator) -> tuple[Indices, Floats]:
    """Row numbers of the ``count`` best rows, and the crowding distances of these rows. The best
    have the lowest non-dominated rank, then the largest crowding distance. Ties are broken at
    random."""
    ranks, crowding = crowded_ranks(costs)
    shuffled = random.permutation(len(costs))
    order = shuffled[np.lexsort((-crowding[shuffled], ranks[shuffled]))][:count]
    return order, crowding[order]


def crowded_ranks(costs: Floats) -> tuple[Indices, Floats]:
    """Non-dominated rank of each row, from 0, and crowding distance of each row within the front of
    this rank."""
    ranks = moocore.pareto_rank(costs)
    return ranks, crowding_distances(costs, ranks)


def crowding_distances(costs: Floats, ranks: Indices) -> Floats:
    """Crowding distance of each row within its front: float64 ``n``, higher is better.

    In each objective the distance between the two neighbours of a row is taken as a share of the
    front's range. The crowding distance is the mean of these shares over the objectives. It is
    infinite for the first and the last row of a front in an objective, and for all rows of a front
    with one or two rows. An objective that is constant over a front adds nothing.
    """
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
    distances: Floats = total / costs.shape[1]
    return distances
