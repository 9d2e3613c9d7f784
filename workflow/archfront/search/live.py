"""An objective that no predictor stands in for: the search measures it, within a budget (paper,
section 4.5: "constraining a subset of objectives to validation evaluations only")."""

from collections.abc import Callable

import numpy as np

from archfront.core.space import SearchSpace


class Live:
    """Values of populations, rows of the super-network's own ``space``: those that were told, and
    others measured when they are first asked for, at most ``budget`` of them in a search.

    measure: float64 ``n`` of a population of ``n``, NaN where it fails.

    What fails, and what is asked for when the budget is spent, is NaN: a search takes it for worse
    than all that it knows.
    """

    def __init__(
        self, space: SearchSpace, measure: Callable[[np.ndarray], np.ndarray], budget: int
    ):
        self._space, self._measure = space, measure
        self._budget = self._left = budget
        self._known: dict[str, float] = {}

    def begin(self) -> None:
        """A new search, with a whole budget."""
        self._left = self._budget

    def tell(self, population: np.ndarray, values: np.ndarray) -> None:
        self._known |= zip(self._space.digests(population), map(float, values), strict=True)

    def __call__(self, population: np.ndarray) -> np.ndarray:
        digests = self._space.digests(population)
        new = [row for row in self._space.first_occurrences(population)
               if digests[row] not in self._known][: self._left]  # fmt: skip
        if new:
            self.tell(population[new], self._measure(population[new]))
            self._left -= len(new)
        return np.array([self._known.get(digest, np.nan) for digest in digests])
