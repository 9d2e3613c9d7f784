"""Objectives that a search measures, within a budget and through the store (paper, section 4.5:
"constraining a subset of objectives to validation evaluations only"). Beyond the budget they are
predicted."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from archfront.core.objective import OBJECTIVES, on_platform
from archfront.core.platform import Platform
from archfront.core.space import SearchSpace
from archfront.core.supernet import SuperNetwork
from archfront.core.types import Config, Floats, Indices, Settings
from archfront.measurement.host_lock import alone, busy
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore

Fit = Callable[[Indices, Floats], Callable[[Indices], Floats]]
"""The training of a predictor: from rows of the super-network's space and their values to a
function that predicts the values of rows."""
FEWEST = 2
"""The smallest number of values that a predictor is trained on."""


class Live:
    """Values of one objective for populations: float64 ``n``, in the objective's unit. The rows of
    a population are in the super-network's ``space``.

    Values that :meth:`tell` gave are looked up. Other sub-networks are measured when their value is
    first needed, at most ``budget`` of them in a search. When the budget is spent, a predictor is
    trained once on all values so far, those of earlier searches included. The others of this search
    have its predictions.

    measure: the function that measures a population of ``n`` rows: float64 ``n``, NaN where a
             measurement fails.

    The value is NaN where the measurement failed, and beyond the budget if fewer than
    :data:`FEWEST` values are known. A search treats a sub-network with a NaN value as worse than
    all sub-networks with values.
    """

    def __init__(self, space: SearchSpace, measure: Callable[[Indices], Floats], budget: int):
        self._space, self._measure = space, measure
        self._budget = self._left = budget
        self._known: dict[str, float] = {}
        self._rows: dict[str, Indices] = {}
        self._fit: Fit | None = None
        self._predict: Callable[[Indices], Floats] | None = None

    def begin(self, fit: Fit) -> None:
        """Start a new search: the whole budget is available again. ``fit`` trains the predictor for
        what lies beyond it."""
        self._left, self._fit, self._predict = self._budget, fit, None

    def tell(self, population: Indices, values: Floats) -> None:
        digests = self._space.digests(population)
        self._known |= zip(digests, map(float, values), strict=True)
        self._rows |= zip(digests, population, strict=True)

    def __call__(self, population: Indices) -> Floats:
        digests = self._space.digests(population)
        new = [row for row in self._space.first_occurrences(population)
               if digests[row] not in self._known][: self._left]  # fmt: skip
        if new:
            self.tell(population[new], self._measure(population[new]))
            self._left -= len(new)
        values = np.array([self._known.get(digest, np.nan) for digest in digests])
        beyond = np.array([digest not in self._known for digest in digests], bool)
        if beyond.any():
            values[beyond] = self._predicted(population[beyond])
        return values

    def _predicted(self, population: Indices) -> Floats:
        if self._predict is None:
            values = np.array(list(self._known.values()))
            there = ~np.isnan(values)
            if self._fit is None or there.sum() < FEWEST:
                return np.full(len(population), np.nan)
            rows = np.array(list(self._rows.values()))
            self._predict = self._fit(rows[there], values[there])
        return self._predict(population)


def budget_of(loop: Config, population: int) -> int:
    """The budget of a search with this population: ``live_populations`` of the section
    ``concurrent`` times the population, or ``live`` where ``live_populations`` is None."""
    times: int | None = loop["live_populations"]
    budget: int = loop["live"] if times is None else times * population
    return budget


def measured_live(
    supernet: SuperNetwork,
    names: list[str],
    platform: Platform,
    settings: Settings,
    store: str | Path,
    budget: int,
) -> dict[str, Live]:
    """A :class:`Live` object for each of the objectives ``names``, with at most ``budget``
    measurements each in a search. The measurements are stored in the folder ``store``. ValueError
    where an objective depends on the platform and this host cannot provide the platform."""
    kept = MeasurementStore(store)

    def one(name: str) -> Live:
        objective = OBJECTIVES[name]
        where = platform if objective.per_platform else None

        def values(population: Indices) -> Floats:
            taken = measure(
                supernet, objective, population, where, settings, kept, settings["attempts"]
            )
            found: Floats = taken["value"].to_numpy()
            return found

        return Live(supernet.space, values, budget)

    if on_platform(names) and supernet.needs_platform:
        platform.check()
    return {name: one(name) for name in names}


def host_for(names: list[str]) -> AbstractContextManager[None]:
    """The lock on the host that a search holds while it measures these objectives: exclusive if one
    of them depends on the platform, else shared with other work."""
    return alone() if on_platform(names) else busy()
