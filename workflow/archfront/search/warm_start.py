"""Initial population of a warm-started search: the best sub-networks of another search."""

import numpy as np
import pandas as pd

from archfront.core.pareto import archive_costs
from archfront.core.population_table import read_population
from archfront.core.space import SearchSpace
from archfront.core.types import Indices
from archfront.search.crowding import best
from archfront.search.sampling import filled


def warm_population(
    own: SearchSpace,
    space: SearchSpace,
    found: pd.DataFrame,
    objectives: list[str],
    samples: Indices,
    count: int,
) -> Indices:
    """``count`` distinct rows of ``space``, which is the super-network's space ``own`` or a
    constrained version of it.

    The best rows of the table ``found`` (a front or an archive, with parameter columns) that
    ``space`` contains come first. The best rows are chosen by non-dominated rank and crowding
    distance over the ``objectives`` that the table has. The rows of ``samples``, which are in
    ``space``, follow, then random rows. Rows whose measurement failed are left out. If the table
    has none of the objectives, all of its rows count as equally good.
    """
    costs = archive_costs(found, [name for name in objectives if name in found])
    costs = np.column_stack([costs, np.zeros(len(found))])
    whole = np.isfinite(costs).all(axis=1)
    rows = read_population(own, found[whole])
    inside = own.contained_in(rows, space)
    chosen = rows[inside][best(costs[whole][inside], count)]
    return filled(space, np.concatenate([own.convert(chosen, space), samples]), set(), count, 0)
