"""Algorithms of pymoo with archfront's categorical operators and canonical de-duplication.

Many of these algorithms depend on the scale of the objectives. They get the costs as
:class:`~archfront.core.pareto.Shares`; the history holds the costs themselves. The parameters of
an algorithm are those of :func:`archfront.search.nsga2.nsga2`.
"""

from collections.abc import Callable
from functools import partial
from math import comb
from typing import Any

import numpy as np
from pymoo.algorithms.moo.moead import MOEAD
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.algorithms.moo.rnsga2 import RNSGA2, RankAndModifiedCrowdingSurvival
from pymoo.algorithms.moo.unsga3 import UNSGA3
from pymoo.algorithms.soo.nonconvex.ga import GA
from pymoo.core.algorithm import Algorithm
from pymoo.core.callback import Callback
from pymoo.core.population import Population
from pymoo.core.problem import Problem
from pymoo.optimize import minimize
from pymoo.util.ref_dirs import get_reference_directions

from archfront.core.pareto import Shares
from archfront.core.space import SearchSpace
from archfront.core.types import Floats, Indices
from archfront.search.crowding import best
from archfront.search.evolution import Evaluate, History, first_population, for_objectives
from archfront.search.operators import CanonicalDuplicates, ResamplingMutation, UniformCrossover

MANY = range(2, 16)
"""Numbers of objectives that a multi-objective algorithm takes."""
ASPIRATIONS = 10
"""R-NSGA-II gets about this number of reference points if none are given. They are evenly spread,
so that R-NSGA-II seeks the whole front and not a part of it."""
NEIGHBOURHOOD = 0.01
"""Parameter epsilon of R-NSGA-II: of the individuals within this distance of each other, in ranges
of the front, one is preferred."""


Operators = dict[str, Any]
"""The arguments of a pymoo algorithm for its operators: ``sampling``, ``crossover``, ``mutation``
and ``eliminate_duplicates``."""
Made = Callable[[int, int, Operators], Algorithm]
"""An algorithm of pymoo, from the size of its population, the number of objectives and the
operators."""


def _search(
    made: Made,
    space: SearchSpace,
    evaluate: Evaluate,
    objectives: int,
    population_size: int,
    generations: int,
    crossover_rate: float,
    seed: int,
    initial: Indices | None = None,
    mutation_rate: float | None = None,
    *,
    kept: bool = False,
) -> History:
    """The history. Its last population is the best of all that was visited, or, if ``kept``, the
    one that the algorithm itself has kept."""
    size = min(population_size, space.size)
    rate = 1 / population_size if mutation_rate is None else mutation_rate
    start = first_population(space, evaluate, size, seed, initial)
    problem = _Scaled(space, evaluate, objectives)
    operators = {
        "sampling": start.astype(int),
        "crossover": UniformCrossover(crossover_rate),
        "mutation": ResamplingMutation(space, rate),
    }
    result = minimize(
        problem,
        made(size, objectives, operators | {"eliminate_duplicates": CanonicalDuplicates(space)}),
        ("n_eval", size * generations),
        seed=seed,
        callback=_Generations(problem),
    )
    population, costs = np.concatenate(problem.visited), np.concatenate(problem.costs)
    first = space.first_occurrences(population)
    generation = np.repeat(problem.generation, [len(rows) for rows in problem.visited])[first]
    visited, final = population[first].astype(np.int16), best(costs[first], size)
    if kept:
        rows = {key: row for row, key in enumerate(space.keys(visited))}
        final = np.array([rows[key] for key in space.keys(result.pop.get("X").astype(np.int16))])
    return History(generation, visited, costs[first], final)


class _Scaled(Problem):  # type: ignore[misc]  # pymoo has no types
    """The problem for pymoo, with shares as costs. The problem records the visited populations,
    their costs, and their generations."""

    def __init__(self, space: SearchSpace, evaluate: Evaluate, objectives: int):
        super().__init__(
            n_var=len(space), n_obj=objectives, xl=0, xu=space.cardinalities - 1, vtype=int
        )
        self.evaluate_population = evaluate
        self.shares = Shares()
        self.visited: list[Indices] = []
        self.costs: list[Floats] = []
        self.generation: list[int] = []
        self.now = 0

    def _evaluate(
        self, population: Indices, out: dict[str, Floats], *args: object, **kwargs: object
    ) -> None:
        costs = self.evaluate_population(population.astype(np.int16))
        self.visited.append(population)
        self.costs.append(costs)
        self.generation.append(self.now)
        out["F"] = self.shares(costs)


class _Generations(Callback):  # type: ignore[misc]  # pymoo has no types
    def __init__(self, problem: _Scaled):
        super().__init__()
        self.problem = problem

    def notify(self, algorithm: Algorithm) -> None:
        self.problem.now = algorithm.n_gen


def _u_nsga3(size: int, objectives: int, operators: Operators) -> Algorithm:
    return UNSGA3(_directions(size, objectives), pop_size=size, **operators)


def _moead(size: int, objectives: int, operators: Operators) -> Algorithm:
    del operators["eliminate_duplicates"]  # MOEA/D may visit a neighbour again
    directions = _directions(size, objectives)
    start = operators["sampling"]
    # One individual per direction. There are more directions than individuals only if there are
    # more objectives than individuals.
    operators["sampling"] = np.resize(start, (len(directions), start.shape[1]))
    return MOEAD(directions, n_neighbors=min(15, len(directions)), **operators)


def _age_moea(size: int, objectives: int, operators: Operators) -> Algorithm:
    from pymoo.algorithms.moo.age import AGEMOEA  # imports numba

    return AGEMOEA(pop_size=size, **operators)


def _pymoo_nsga2(size: int, objectives: int, operators: Operators) -> Algorithm:
    return NSGA2(pop_size=size, **operators)


def _r_nsga2(size: int, objectives: int, operators: Operators) -> Algorithm:
    points = _directions(ASPIRATIONS + objectives, objectives)
    return RNSGA2(points, epsilon=NEIGHBOURHOOD, pop_size=size, **operators)


def _guided(points: Floats, size: int, objectives: int, operators: Operators) -> Algorithm:
    algorithm = _r_nsga2(size, objectives, operators)
    algorithm.survival = _NearPoints(points)
    return algorithm


class _NearPoints(RankAndModifiedCrowdingSurvival):  # type: ignore[misc]  # pymoo has no types
    """R-NSGA-II's survival near points that are costs. The points are scaled as the costs are: the
    first population has set the range of the shares."""

    def __init__(self, points: Floats):
        super().__init__(points, NEIGHBOURHOOD, None, "front", False)
        self.points = points

    def _do(self, problem: _Scaled, population: Population, **kwargs: object) -> Population:
        self.ref_points = problem.shares(self.points)
        return super()._do(problem, population, **kwargs)


def r_nsga2(
    space: SearchSpace,
    evaluate: Evaluate,
    objectives: int,
    population_size: int,
    generations: int,
    crossover_rate: float,
    seed: int,
    initial: Indices | None = None,
    mutation_rate: float | None = None,
    reference_points: Floats | None = None,
) -> History:
    """R-NSGA-II (Deb and Sundar, GECCO 2006; the paper's reference [16]).

    ``reference_points`` are costs, float64 ``n x m``. The last population is then the one that
    R-NSGA-II kept: non-dominated sub-networks near the points. Without reference points the search
    is led along the whole front, and the last population is the best of all that was visited.
    """
    made = _r_nsga2 if reference_points is None else partial(_guided, reference_points)
    return _search(
        made,
        space,
        evaluate,
        objectives,
        population_size,
        generations,
        crossover_rate,
        seed,
        initial,
        mutation_rate,
        kept=reference_points is not None,
    )


def _ga(size: int, objectives: int, operators: Operators) -> Algorithm:
    return GA(pop_size=size, **operators)


def _directions(size: int, objectives: int) -> Floats:
    """Evenly spread reference directions (Das and Dennis): the largest set with at most ``size``
    directions, but at least one direction per objective."""
    parts = 1
    while comb(objectives + parts, objectives - 1) <= size:
        parts += 1
    directions: Floats = get_reference_directions("das-dennis", objectives, n_partitions=parts)
    return directions


u_nsga3 = for_objectives(MANY, partial(_search, _u_nsga3))
moead = for_objectives(MANY, partial(_search, _moead))
age_moea = for_objectives(MANY, partial(_search, _age_moea))
pymoo_nsga2 = for_objectives(MANY, partial(_search, _pymoo_nsga2))
for_objectives(MANY, r_nsga2)
ga = for_objectives(range(1, 2), partial(_search, _ga))
