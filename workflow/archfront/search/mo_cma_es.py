"""MO-CMA-ES on a continuous relaxation of the space, by DEAP.

Voss, Hansen and Igel, "Improved Step Size Adaptation for the MO-CMA-ES", GECCO 2010; Igel, Hansen
and Roth, "Covariance Matrix Adaptation for Multi-objective Optimization", Evolutionary Computation
15(1), 2007 (the paper's reference [17]).
"""

from functools import cache

import moocore
import numpy as np

from archfront.core.space import SearchSpace
from archfront.search.crowding import best
from archfront.search.evolution import Evaluate, History, first_population
from archfront.search.random import random as random_search

STEP = 0.3
"""First standard deviation of a gene; all its values together take the unit interval."""
DRAWS = 20
"""How often a parent draws a child at most until it is a new sub-network."""


def mo_cma_es(
    space: SearchSpace,
    evaluate: Evaluate,
    objectives: int,
    population_size: int,
    generations: int,
    crossover_rate: float,
    seed: int,
    initial: np.ndarray | None = None,
) -> History:
    """A gene is a number between 0 and 1, cut into as many equal parts as it has values; numbers
    beyond are reflected. Each of ``population_size`` parents adapts its own Gaussian, from which it
    draws one child a generation; survivors are chosen by rank, then by contribution to the
    hypervolume. Parameters as of :func:`archfront.search.nsga2.nsga2`; nothing recombines.

    A child that is still known after :data:`DRAWS` draws costs an evaluation, but stands in the
    history once. A space with no more sub-networks than are to be visited is visited whole.
    """
    if space.size <= population_size * generations:
        sizes = population_size, generations, crossover_rate, seed, initial
        return random_search(space, evaluate, objectives, *sizes)
    from deap.cma import StrategyMultiObjective

    start = first_population(space, evaluate, population_size, seed, initial).astype(np.int16)
    individual = _individual(objectives)
    visited, costs = [start], [evaluate(start)]
    parents = [individual(row) for row in (start + 0.5) / space.cardinalities]
    _judge(parents, costs[0])
    keys = set(space.keys(start))
    state = np.random.get_state()
    np.random.seed(seed)  # DEAP draws from numpy's global stream
    try:
        strategy = StrategyMultiObjective(
            parents, STEP, mu=population_size, lambda_=population_size, indicator=_least_contributor
        )
        for _ in range(1, generations):
            children = _children(strategy, individual, space, keys)
            visited.append(_indices(np.array(children), space))
            keys.update(space.keys(visited[-1]))
            costs.append(evaluate(visited[-1]))
            _judge(children, costs[-1])
            strategy.update(children)
    finally:
        np.random.set_state(state)
    population, every_cost = np.concatenate(visited), np.concatenate(costs)
    first = space.first_occurrences(population)
    final = best(every_cost[first], population_size)
    return History(first // population_size, population[first], every_cost[first], final)


mo_cma_es.objectives = range(2, 16)


def _children(strategy, individual: type, space: SearchSpace, seen: set[bytes]) -> list:
    """Of each parent the first of a few children that is new, or else the last of them."""
    children = strategy.generate(individual)
    for _ in range(DRAWS):
        keys, taken = space.keys(_indices(np.array(children), space)), set(seen)
        waiting = []
        for number, key in enumerate(keys):
            if key in taken:
                waiting.append(number)
            taken.add(key)
        if not waiting:
            break
        drawn = strategy.generate(individual)
        for number in waiting:
            children[number] = drawn[number]
    return children


def _indices(points: np.ndarray, space: SearchSpace) -> np.ndarray:
    """The value of each gene: int16 ``n x p``; numbers outside the unit interval are reflected."""
    inside = np.abs((points + 1) % 2 - 1)
    return np.minimum(inside * space.cardinalities, space.cardinalities - 1).astype(np.int16)


def _judge(individuals: list, costs: np.ndarray) -> None:
    for one, cost in zip(individuals, costs, strict=True):
        one.fitness.values = tuple(cost)


def _least_contributor(front: list, ref: np.ndarray) -> int:
    """The individual without which the hypervolume shrinks least."""
    costs = -np.array([one.fitness.wvalues for one in front])
    return int(np.argmin(moocore.hv_contributions(costs, ref=ref)))


@cache
def _individual(objectives: int) -> type:
    """A list of numbers with a fitness of so many costs, as DEAP wants it."""
    from deap.base import Fitness

    fitness = type("Costs", (Fitness,), {"weights": (-1.0,) * objectives})

    class Individual(np.ndarray):
        def __new__(cls, numbers):
            made = np.asarray(numbers, float).view(cls)
            made.fitness = fitness()
            return made

    return Individual
