"""Objectives without a predictor: the search measures them, within a budget (paper, section 4.5:
"constraining a subset of objectives to validation evaluations only")."""

from collections.abc import Callable

import numpy as np

from archfront.core.space import SearchSpace


class Live:
    """Values of one objective for populations: float64 ``n``, in the objective's unit. The rows of
    a population are in the super-network's ``space``.

    Values that :meth:`tell` gave are looked up. Other sub-networks are measured when their value is
    first needed, at most ``budget`` of them in a search.

    measure: the function that measures a population of ``n`` rows: float64 ``n``, NaN where a
             measurement fails.

    The value is NaN where the measurement failed, and where the budget is spent. A search treats a
    sub-network with a NaN value as worse than all sub-networks with values.
    """

    def __init__(
        self, space: SearchSpace, measure: Callable[[np.ndarray], np.ndarray], budget: int
    ):
        self._space, self._measure = space, measure
        self._budget = self._left = budget
        self._known: dict[str, float] = {}

    def begin(self) -> None:
        """Start a new search: the whole budget is available again."""
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
