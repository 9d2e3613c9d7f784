"""What every search over a space has: a vectorised evaluation, a start, a history."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from archfront.core.pareto import costs
from archfront.core.population_table import population_table
from archfront.core.space import SearchSpace
from archfront.search.crowding import best

Evaluate = Callable[[np.ndarray], np.ndarray]
"""Costs (``n x m``, lower is better) of a population (``n x p``)."""


@dataclass(frozen=True)
class History:
    """Everything that a search visited, in order, and where it ended.

    generation: int ``n``; population: int16 ``n x p``; costs: float64 ``n x m``.
    final:      rows of the last population, after survival.
    within:     bool ``n``: which rows keep to the bounds; all, unless told.
    """

    generation: np.ndarray
    population: np.ndarray
    costs: np.ndarray
    final: np.ndarray
    within: np.ndarray = field(default=None)

    def __post_init__(self):
        if self.within is None:
            object.__setattr__(self, "within", np.ones(len(self.population), bool))


def first_population(
    space: SearchSpace, evaluate: Evaluate, size: int, seed: int, initial: np.ndarray | None
) -> np.ndarray:
    """``size`` distinct sub-networks: the best of the ``initial`` ones, then random ones."""
    random = space.sample(size, [seed, 0])
    if initial is None or not len(initial):
        return random
    initial = initial[space.first_occurrences(initial)]
    initial = initial[best(evaluate(initial), size)]
    both = np.concatenate([with_hidden_genes(space, initial, seed), random])
    return both[space.first_occurrences(both)][:size]


def with_hidden_genes(space: SearchSpace, population: np.ndarray, seed: int) -> np.ndarray:
    """The same sub-networks with random inactive genes, which crossover can revive: a measured one
    has none."""
    hidden = space.sample(len(population), [seed, 2])
    return np.where(space.active(population), population, hidden)


def history_table(
    space: SearchSpace, history: History | None, objectives: list[str]
) -> pd.DataFrame:
    """Every individual of a search: ``generation``, ``final``, ``within`` the bounds, predictions,
    parameters. No rows without a search."""
    if history is None:
        named = ["generation", "final", "within", *(f"predicted_{n}" for n in objectives)]
        return pd.DataFrame(columns=[*named, *space.names])
    values = costs(history.costs, objectives)
    table = pd.DataFrame({f"predicted_{n}": values[:, i] for i, n in enumerate(objectives)})
    table.insert(0, "generation", history.generation)
    table.insert(1, "final", 0)
    table.loc[history.final, "final"] = 1
    table.insert(2, "within", history.within.astype(int))
    return pd.concat([table, population_table(space, history.population)], axis=1)
