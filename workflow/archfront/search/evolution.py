"""Evolutionary search over a space with a vectorised evaluation, through pymoo."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2, RankAndCrowding
from pymoo.core.callback import Callback
from pymoo.core.population import Population
from pymoo.core.problem import Problem
from pymoo.optimize import minimize

from archfront.search.operators import CanonicalDuplicates, ResamplingMutation, UniformCrossover
from archfront.space import SearchSpace

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


def nsga2(
    space: SearchSpace,
    evaluate: Evaluate,
    objectives: int,
    population_size: int,
    generations: int,
    crossover_rate: float,
    seed: int,
    initial: np.ndarray | None = None,
) -> History:
    """NSGA-II with categorical operators and canonical de-duplication (paper, section 4.2).

    Mutation rate 1 / population size per gene. ``initial`` rows enter the first population; random
    ones fill it up, more than fit are reduced by rank and crowding. In a space with fewer
    sub-networks than ``population_size`` the population is the space.
    """
    size = min(population_size, space.size)
    start = _start(space, evaluate, size, seed, initial)
    record = _Record()
    minimize(
        _PredictedProblem(space, evaluate, objectives),
        NSGA2(
            pop_size=size,
            sampling=start.astype(int),
            crossover=UniformCrossover(crossover_rate),
            mutation=ResamplingMutation(space, 1 / population_size),
            eliminate_duplicates=CanonicalDuplicates(space),
        ),
        ("n_gen", generations),
        seed=seed,
        callback=record,
    )
    population = np.concatenate(record.visited).astype(np.int16)
    generation = np.repeat(np.arange(len(record.visited)), [len(v) for v in record.visited])
    place = {key: row for row, key in enumerate(space.keys(population))}
    final = np.array([place[key] for key in space.keys(record.survivors.astype(np.int16))])
    return History(generation, population, np.concatenate(record.costs), final)


def best(costs: np.ndarray, count: int) -> np.ndarray:
    """Rows that NSGA-II's survival keeps: by rank, then by crowding; sorted row numbers."""
    if len(costs) <= count:
        return np.arange(len(costs))
    candidates = Population.new("F", costs, "number", np.arange(len(costs)))
    problem = Problem(n_var=1, n_obj=costs.shape[1])
    kept = RankAndCrowding().do(problem, candidates, n_survive=count, random_state=_fixed())
    return np.sort(kept.get("number").astype(int))


def _start(
    space: SearchSpace, evaluate: Evaluate, size: int, seed: int, initial: np.ndarray | None
) -> np.ndarray:
    random = space.sample(size, [seed, 0])
    if initial is None or not len(initial):
        return random
    initial = initial[space.first_occurrences(initial)]
    initial = initial[best(evaluate(initial), size)]
    # A measured sub-network has no inactive genes; random ones keep what crossover can revive.
    hidden = space.sample(len(initial), [seed, 2])
    initial = np.where(space.active(initial), initial, hidden)
    both = np.concatenate([initial, random])
    return both[space.first_occurrences(both)][:size]


def _fixed() -> np.random.Generator:
    """Ties are broken alike in every run."""
    return np.random.default_rng(0)


class _PredictedProblem(Problem):
    def __init__(self, space: SearchSpace, evaluate: Evaluate, objectives: int):
        upper = space.cardinalities - 1
        super().__init__(n_var=len(space), n_obj=objectives, xl=0, xu=upper, vtype=int)
        self.evaluate_population = evaluate

    def _evaluate(self, population, out, *args, **kwargs):
        out["F"] = self.evaluate_population(population.astype(np.int16))


class _Record(Callback):
    """Collects each generation's new individuals; the survivors are those of the last."""

    def __init__(self):
        super().__init__()
        self.visited, self.costs = [], []

    def notify(self, algorithm):
        new = algorithm.off if algorithm.off is not None else algorithm.pop
        if len(new):
            self.visited.append(new.get("X"))
            self.costs.append(new.get("F"))
        self.survivors = algorithm.pop.get("X")
