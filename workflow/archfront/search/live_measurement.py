"""Objectives without a predictor: the search measures them, within a budget, through the store
(paper, section 4.5: "constraining a subset of objectives to validation evaluations only")."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from archfront.core.objective import OBJECTIVES, on_platform
from archfront.core.platform import Platform
from archfront.core.space import SearchSpace
from archfront.core.supernet import SuperNetwork
from archfront.measurement.host_lock import alone, busy
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore


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


def measured_live(
    supernet: SuperNetwork,
    names: list[str],
    platform: Platform,
    settings: dict,
    store: str | Path,
    budget: int,
) -> dict[str, Live]:
    """The objectives of these names, with at most ``budget`` measurements each in a search. The
    measurements are stored in the folder ``store``."""
    kept = MeasurementStore(store)

    def one(name: str) -> Live:
        objective = OBJECTIVES[name]
        where = platform if objective.per_platform else None

        def values(population: np.ndarray) -> np.ndarray:
            taken = measure(
                supernet, objective, population, where, settings, kept, settings["attempts"]
            )
            return taken["value"].to_numpy()

        return Live(supernet.space, values, budget)

    if on_platform(names):
        platform.check()
    return {name: one(name) for name in names}


def host_for(names: list[str]) -> AbstractContextManager:
    """The lock of the host that a search needs while it measures these objectives."""
    return alone() if on_platform(names) else busy()
