"""Which sub-networks to measure next: the inner step of full search and of ConcurrentNAS.

Paper, Algorithm 1: predictors trained on everything measured so far, a long evolutionary search on
their predictions, the best of it measured next.
"""

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from archfront.measurement.objective import OBJECTIVES, exact
from archfront.predictors import predictor
from archfront.predictors.features import Features
from archfront.predictors.predictor import OtherPredictor, Predictor
from archfront.search.algorithms import algorithm, checked
from archfront.search.evolution import Evaluate, History, best
from archfront.search.pareto import costs
from archfront.space import SearchSpace
from archfront.supernets.supernet import SuperNetwork
from archfront.tables import read_population


@dataclass(frozen=True)
class SearchSettings:
    """The evolutionary search, as the config names it."""

    algorithm: str
    population: int
    generations: int
    crossover: float

    @staticmethod
    def from_config(search: dict) -> "SearchSettings":
        return SearchSettings(**search)


def train(
    supernet: SuperNetwork, archive: pd.DataFrame, objectives: list[str], kinds: dict[str, str]
) -> dict[str, Predictor | OtherPredictor]:
    """A predictor for each objective that is not exact, on the rows that were measured."""
    predictors, features = {}, Features(supernet)
    for name in objectives:
        if OBJECTIVES[name].evaluation != "exact":
            there = archive[archive[name].notna()]
            population = read_population(supernet.space, there)
            predictors[name] = predictor.train(
                kinds[name], features, population, there[name].to_numpy()
            )
    return predictors


def stream_seed(*place: int | str) -> int:
    """A random stream of its own for each place: the experiment's seed, the rule, the wildcards."""
    return zlib.crc32("/".join(map(str, place)).encode())


def predicted_costs(
    supernet: SuperNetwork,
    space: SearchSpace,
    objectives: list[str],
    predictors: dict[str, Predictor | OtherPredictor],
) -> Evaluate:
    """Costs of rows of ``space`` (the super-network's own or a constrained version of it).

    An objective without a predictor is exact and is computed.
    """

    features = Features(supernet)

    def evaluate(population: np.ndarray) -> np.ndarray:
        full = space.convert(population, supernet.space)
        columns = [
            predictors[name](features(full, predictors[name].features))
            if name in predictors
            else exact(OBJECTIVES[name], supernet, full)
            for name in objectives
        ]
        return costs(np.stack(columns, axis=1), objectives)

    return evaluate


def search(
    supernet: SuperNetwork,
    space: SearchSpace,
    objectives: list[str],
    predictors: dict[str, Predictor | OtherPredictor],
    settings: SearchSettings,
    seed: int,
    initial: np.ndarray | None = None,
) -> History:
    """Search on predictions. ``initial`` holds rows of the super-network's own space; those that
    the constrained ``space`` does not contain are left out."""
    if initial is not None:
        own = supernet.space
        initial = own.convert(initial[own.contained_in(initial, space)], space)
    evaluate = predicted_costs(supernet, space, objectives, predictors)
    run = algorithm(settings.algorithm, len(objectives))
    history = run(
        space,
        evaluate,
        len(objectives),
        settings.population,
        settings.generations,
        settings.crossover,
        seed,
        initial,
    )
    return checked(history, settings.algorithm, space, evaluate, len(objectives))


def propose(
    space: SearchSpace, history: History, taken: set[str], count: int, seed: int
) -> np.ndarray:
    """Exactly ``count`` distinct sub-networks of ``space`` that are not ``taken`` (digests).

    The best of the search's final population by rank and crowding; if too many of them are taken,
    those it met last; then random ones. Fewer only where the space itself is used up.
    """
    final = _not_taken(space, history.population[history.final], taken)
    rows = history.final[final]
    chosen = history.population[rows[best(history.costs[rows], count)]]
    if len(chosen) < count:
        fill = [chosen, history.population[::-1]]
        fill.append(space.sample(min(len(taken) + count, space.size), [seed, 1]))
        chosen = np.concatenate(fill)
        chosen = chosen[_not_taken(space, chosen, taken)][:count]
    return chosen


def _not_taken(space: SearchSpace, population: np.ndarray, taken: set[str]) -> np.ndarray:
    """Rows of the first occurrence of each sub-network that is not taken."""
    first = space.first_occurrences(population)
    digests = space.digests(population[first])
    return first[[digest not in taken for digest in digests]]
