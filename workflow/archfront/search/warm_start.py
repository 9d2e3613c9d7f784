"""What a warm-started search starts from: the best that another search has found."""

import numpy as np
import pandas as pd

from archfront.core.pareto import archive_costs
from archfront.core.population_table import read_population
from archfront.core.space import SearchSpace
from archfront.search.crowding import best
from archfront.search.proposal import filled


def warm_population(
    own: SearchSpace,
    space: SearchSpace,
    found: pd.DataFrame,
    objectives: list[str],
    samples: np.ndarray,
    count: int,
) -> np.ndarray:
    """``count`` distinct rows of ``space``, a constrained version of the super-network's ``own``.

    Of the table ``found`` (a front or an archive, with parameter columns) the best by rank and
    crowding over those of the ``objectives`` that it holds, as far as ``space`` contains them;
    then ``samples``, rows of ``space``. Rows whose measurement failed are left out; a table without
    any of the objectives counts as equally good throughout.
    """
    costs = archive_costs(found, [name for name in objectives if name in found])
    costs = np.column_stack([costs, np.zeros(len(found))])
    whole = np.isfinite(costs).all(axis=1)
    rows = read_population(own, found[whole])
    inside = own.contained_in(rows, space)
    chosen = rows[inside][best(costs[whole][inside], count)]
    return filled(space, np.concatenate([own.convert(chosen, space), samples]), set(), count, 0)
