"""Crossover and mutation of categorical genes, for whole generations, also as pymoo operators.

pymoo's integer operators (SBX and polynomial mutation with rounding) hardly ever change a gene with
three values: rounding undoes the step. The operators here change genes at the stated rates.
"""

import numpy as np
from pymoo.core.crossover import Crossover
from pymoo.core.duplicate import DuplicateElimination
from pymoo.core.mutation import Mutation
from pymoo.core.population import Population
from pymoo.core.problem import Problem

from archfront.core.space import SearchSpace
from archfront.core.types import Indices


def uniform_crossover(parents: Indices, rate: float, random: np.random.Generator) -> Indices:
    """The children of pairs of parents; ``parents`` and the result are ``2 x pairs x p``. A pair
    recombines with probability ``rate``, and then swaps each gene with probability 1/2."""
    _, pairs, genes = parents.shape
    mated = random.random((pairs, 1)) < rate
    swap = mated & (random.random((pairs, genes)) < 0.5)
    first, second = parents
    return np.stack([np.where(swap, second, first), np.where(swap, first, second)])


def resampling_mutation(
    population: Indices, cardinalities: Indices, rate: float, random: np.random.Generator
) -> Indices:
    """Each gene changes with probability ``rate``, always to another legal value.

    A gene with a single legal value (in a constrained space) stays.
    """
    mutated = population.copy()
    rows, columns = np.nonzero(random.random(population.shape) < rate)
    others = cardinalities[columns]
    step = (random.random(len(rows)) * (others - 1)).astype(int) + 1
    mutated[rows, columns] = (population[rows, columns] + step) % others
    return mutated


# pymoo has no types, so that its classes are unknown to a type checker.


class UniformCrossover(Crossover):  # type: ignore[misc]
    """:func:`uniform_crossover` for pymoo."""

    def __init__(self, rate: float):
        super().__init__(2, 2, prob=1.0)  # uniform_crossover applies the rate
        self.rate = rate

    def _do(
        self,
        problem: Problem,
        parents: Indices,
        *args: object,
        random_state: np.random.Generator,
        **kwargs: object,
    ) -> Indices:
        return uniform_crossover(parents, self.rate, random_state)


class ResamplingMutation(Mutation):  # type: ignore[misc]
    """:func:`resampling_mutation` for pymoo."""

    def __init__(self, space: SearchSpace, rate: float):
        super().__init__(prob=1.0)
        self.space = space
        self.rate = rate

    def _do(
        self,
        problem: Problem,
        population: Indices,
        *args: object,
        random_state: np.random.Generator,
        **kwargs: object,
    ) -> Indices:
        return resampling_mutation(population, self.space.cardinalities, self.rate, random_state)


class CanonicalDuplicates(DuplicateElimination):  # type: ignore[misc]
    """Two individuals are the same if their canonical forms are (paper, section 4.2)."""

    def __init__(self, space: SearchSpace):
        super().__init__()
        self.space = space

    def do(self, population: Population, *others: Population, to_itself: bool = True) -> Population:
        seen: set[bytes] = set()
        for other in others:
            if len(other):
                seen.update(self.space.keys(other.get("X").astype(int)))
        fresh = []
        for row, key in enumerate(self.space.keys(population.get("X").astype(int))):
            if key not in seen:
                fresh.append(row)
                if to_itself:
                    seen.add(key)
        return population[fresh]
