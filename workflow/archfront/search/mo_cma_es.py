"""MO-CMA-ES on a continuous relaxation of the space, by DEAP.

Voss, Hansen and Igel, "Improved Step Size Adaptation for the MO-CMA-ES", GECCO 2010; Igel, Hansen
and Roth, "Covariance Matrix Adaptation for Multi-objective Optimization", Evolutionary Computation
15(1), 2007 (the paper's reference [17]).
"""

from collections.abc import Callable
from functools import cache
from typing import Protocol

import moocore
import numpy as np

from archfront.core.pareto import Shares
from archfront.core.space import SearchSpace
from archfront.core.types import Floats, Indices
from archfront.search.crowding import best
from archfront.search.evolution import Evaluate, History, first_population, for_objectives
from archfront.search.random import random as random_search

STEP = 0.3
"""Initial standard deviation of a gene. All values of a gene together fill the unit interval."""
DRAWS = 20
"""Maximum number of repeated draws of a parent until its child is a new sub-network."""


class _Fitness(Protocol):
    """DEAP's fitness of an individual: its costs, and the costs times their weights of -1."""

    values: tuple[float, ...]
    wvalues: tuple[float, ...]


class _Individual(np.ndarray):
    """An individual as DEAP needs it: an array of numbers with a fitness."""

    fitness: _Fitness


class _Strategy(Protocol):
    """The part of DEAP's strategy that draws children."""

    def generate(self, individual: Callable[[Floats], _Individual]) -> list[_Individual]: ...


def mo_cma_es(
    space: SearchSpace,
    evaluate: Evaluate,
    objectives: int,
    population_size: int,
    generations: int,
    crossover_rate: float,
    seed: int,
    initial: Indices | None = None,
) -> History:
    """MO-CMA-ES on genes that are numbers between 0 and 1.

    The unit interval of a gene is cut into as many equal parts as the gene has values. Numbers
    outside the interval are reflected into it. Each of ``population_size`` parents adapts its
    Gaussian distribution and draws one child per generation from it. Survivors are chosen by
    non-dominated rank, then by contribution to the hypervolume.

    The parameters are those of :func:`archfront.search.nsga2.nsga2`. ``crossover_rate`` has no
    effect, since individuals do not recombine.

    A child that is not new after :data:`DRAWS` repeated draws costs an evaluation, but appears in
    the history once. A space with at most ``population_size * generations`` sub-networks is visited
    completely.
    """
    if space.size <= population_size * generations:
        sizes = population_size, generations, crossover_rate, seed, initial
        return random_search(space, evaluate, objectives, *sizes)
    from deap.cma import StrategyMultiObjective

    start = first_population(space, evaluate, population_size, seed, initial).astype(np.int16)
    individual = _individuals(objectives)
    visited: list[Indices] = [start]
    costs = [evaluate(start)]
    parents = [individual(row) for row in (start + 0.5) / space.cardinalities]
    shares = Shares()
    _judge(parents, shares(costs[0]))
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
            _judge(children, shares(costs[-1]))
            strategy.update(children)
    finally:
        np.random.set_state(state)
    population, every_cost = np.concatenate(visited), np.concatenate(costs)
    first = space.first_occurrences(population)
    final = best(every_cost[first], population_size)
    return History(first // population_size, population[first], every_cost[first], final)


for_objectives(range(2, 16), mo_cma_es)


def _children(
    strategy: _Strategy,
    individual: Callable[[Floats], _Individual],
    space: SearchSpace,
    seen: set[bytes],
) -> list[_Individual]:
    """One child per parent: the first drawn child that is a new sub-network, or the last drawn
    child if none is new."""
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


def _indices(points: Floats, space: SearchSpace) -> Indices:
    """Index of the value of each gene: int16 ``n x p``. Numbers outside the unit interval are
    reflected into it."""
    inside = np.abs((points + 1) % 2 - 1)
    places: Floats = np.minimum(inside * space.cardinalities, space.cardinalities - 1)
    return places.astype(np.int16)


def _judge(individuals: list[_Individual], costs: Floats) -> None:
    for one, cost in zip(individuals, costs, strict=True):
        one.fitness.values = tuple(cost)


def _least_contributor(front: list[_Individual], ref: Floats) -> int:
    """Index of the individual with the least contribution to the hypervolume."""
    costs = -np.array([one.fitness.wvalues for one in front])
    return int(np.argmin(moocore.hv_contributions(costs, ref=ref)))


@cache
def _individuals(objectives: int) -> Callable[[Floats], _Individual]:
    """A function that makes individuals of numbers. Their fitness has ``objectives`` costs, which
    are minimised."""
    from deap.base import Fitness

    fitness = type("Costs", (Fitness,), {"weights": (-1.0,) * objectives})

    def individual(numbers: Floats) -> _Individual:
        made = np.asarray(numbers, float).view(_Individual)
        made.fitness = fitness()
        return made

    return individual
