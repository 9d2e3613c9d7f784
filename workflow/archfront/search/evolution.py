"""The common parts of all searches: vectorised evaluation, first population, history."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import pandas as pd

from archfront.core.pareto import costs
from archfront.core.population_table import population_table
from archfront.core.space import SearchSpace
from archfront.core.types import Booleans, Floats, Indices
from archfront.search.crowding import best

Evaluate = Callable[[Indices], Floats]
"""Costs (``n x m``, lower is better) of a population (``n x p``)."""
Search = TypeVar("Search", bound="Callable[..., History]")
"""A function with the parameters of :func:`archfront.search.nsga2.nsga2`."""


def for_objectives(numbers: range, search: Search) -> Search:
    """The algorithm ``search``, with the numbers of objectives that it supports as its attribute
    ``objectives``."""
    vars(search)["objectives"] = numbers
    return search


@dataclass(frozen=True)
class History:
    """All individuals that a search visited, in order, and its last population.

    generation: int ``n``; population: int16 ``n x p``; costs: float64 ``n x m``.
    final:      row numbers of the last population, after survival.
    within:     bool ``n``: whether each row is within the bounds; by default all are.
    """

    generation: Indices
    population: Indices
    costs: Floats
    final: Indices
    within: Booleans = field(default_factory=lambda: np.empty(0, bool))

    def __post_init__(self) -> None:
        if not len(self.within):
            object.__setattr__(self, "within", np.ones(len(self.population), bool))


def first_population(
    space: SearchSpace, evaluate: Evaluate, size: int, seed: int, initial: Indices | None
) -> Indices:
    """``size`` distinct sub-networks: the best of the ``initial`` ones by non-dominated rank and
    crowding distance, then random ones."""
    random = space.sample(size, [seed, 0])
    if initial is None or not len(initial):
        return random
    initial = initial[space.first_occurrences(initial)]
    initial = initial[best(evaluate(initial), size)]
    both = np.concatenate([with_hidden_genes(space, initial, seed), random])
    return both[space.first_occurrences(both)][:size]


def with_hidden_genes(space: SearchSpace, population: Indices, seed: int) -> Indices:
    """The same sub-networks, with random values in the genes of inactive parameters. Measured
    sub-networks have no information in these genes, but crossover can make the genes active."""
    hidden = space.sample(len(population), [seed, 2])
    return np.where(space.active(population), population, hidden)


def history_table(
    space: SearchSpace, history: History | None, objectives: list[str]
) -> pd.DataFrame:
    """One row per individual of a search: ``generation``; ``final``, 1 in the last population, else
    0; ``within``, 1 within the bounds, else 0; ``predicted_<objective>`` in the objective's unit;
    and the parameters. No rows if ``history`` is None."""
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
