"""Proposal of the sub-networks to measure next: the inner step of full search and ConcurrentNAS.

Paper, Algorithm 1: predictors are trained on all measurements so far, a long evolutionary search
runs on their predictions, and the best sub-networks of the search are measured next.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from archfront.core.objective import OBJECTIVES, exact
from archfront.core.pareto import BEYOND, costs, costs_and_excess, penalised
from archfront.core.required import required
from archfront.core.space import SearchSpace
from archfront.core.supernet import SuperNetwork
from archfront.core.types import Config, Floats, Indices
from archfront.predictors import predictor
from archfront.predictors.features import Features, features_of
from archfront.predictors.gaussian_process import UpperConfidenceBound
from archfront.predictors.kinds import LIVE, LOOK_UP
from archfront.predictors.predictor import AnyPredictor
from archfront.search.algorithms import OPTIONS, algorithm, checked, given_options
from archfront.search.crowding import best
from archfront.search.evolution import History
from archfront.search.live_measurement import Fit, Live
from archfront.search.sampling import filled, not_taken
from archfront.search.success import Success, shortfall

Model = AnyPredictor | UpperConfidenceBound | Live
"""A source of an objective's values for a search."""


@dataclass(frozen=True)
class SearchSettings:
    """The settings of the evolutionary search: the section ``search`` of the config.

    mutation:         probability that a gene changes; None: 1 / ``population``.
    reference_points: points near which to search, each a value per objective, in its unit; None:
                      along the whole front.
    """

    algorithm: str
    population: int
    generations: int
    crossover: float
    mutation: float | None = None
    reference_points: Sequence[Mapping[str, float]] | None = None

    @staticmethod
    def from_config(search: Config) -> "SearchSettings":
        return SearchSettings(**search)

    @property
    def mutation_rate(self) -> float:
        return 1 / self.population if self.mutation is None else self.mutation

    def options(self, objectives: list[str]) -> dict[str, float | Floats]:
        """The arguments for those parameters in :data:`~archfront.search.algorithms.OPTIONS` whose
        setting is not None. Reference points are costs: float64 ``n x m``."""
        given: dict[str, float | Floats] = {}
        if self.mutation is not None:
            given[OPTIONS["mutation"]] = self.mutation
        if self.reference_points is not None:
            points = [[point[name] for name in objectives] for point in self.reference_points]
            given[OPTIONS["reference_points"]] = costs(points, objectives)
        return given


def fit_predictors(
    features: Features,
    population: Indices,
    values: Mapping[str, Floats],
    objectives: list[str],
    kinds: Mapping[str, str],
    table: pd.DataFrame | None = None,
) -> dict[str, AnyPredictor]:
    """A predictor for each objective that is neither exact nor measured live. The predictor is
    trained on the rows whose value is not NaN. An objective of the kind ``look_up`` has a predictor
    from the look-up ``table`` instead."""
    predictors: dict[str, AnyPredictor] = {}
    for name in objectives:
        if kinds.get(name) == LOOK_UP:
            given = required(table, "look-up table")
            predictors[name] = predictor.from_look_up_table(features, given)
        elif OBJECTIVES[name].evaluation != "exact" and kinds[name] != LIVE:
            found = np.asarray(values[name], float)
            there = ~np.isnan(found)
            predictors[name] = predictor.fit_best(
                kinds[name], features, population[there], found[there]
            )
    return predictors


def fit_beyond(features: Features, kind: str) -> Fit:
    """The training of a predictor of this kind for what lies beyond the budget of an objective that
    is measured live."""

    def fit(population: Indices, values: Floats) -> Callable[[Indices], Floats]:
        trained = predictor.fit_best(kind, features, population, values)
        return lambda rows: trained(features(rows, trained.features))

    return fit


def stream_seed(*place: int | str) -> int:
    """The seed of a random stream: a checksum of ``place``, which names the use of the stream. A
    place is, for example, the experiment's seed, the rule and the wildcards."""
    return zlib.crc32("/".join(map(str, place)).encode())


def modelled(
    supernet: SuperNetwork,
    space: SearchSpace,
    objectives: Iterable[str],
    models: Mapping[str, Callable[[Indices], Floats]],
) -> Callable[[Indices], dict[str, Floats]]:
    """A function from rows of ``space`` to the values of the rows by objective, float64 ``n`` each.

    ``space`` is the super-network's space or a constrained version. The models are called with rows
    of the super-network's space. An objective without a model is exact and is computed.
    """

    def values(population: Indices) -> dict[str, Floats]:
        full = space.convert(population, supernet.space)
        return {
            name: models[name](full) if name in models else exact(OBJECTIVES[name], supernet, full)
            for name in objectives
        }

    return values


def predicted(
    supernet: SuperNetwork,
    space: SearchSpace,
    objectives: Iterable[str],
    predictors: Mapping[str, Model],
) -> Callable[[Indices], dict[str, Floats]]:
    """The function that :func:`modelled` makes of predictors and of objectives that are measured
    live."""
    features = features_of(supernet)

    def model(trained: AnyPredictor | UpperConfidenceBound, full: Indices) -> Floats:
        return trained(features(full, trained.features))

    models = {
        name: one if isinstance(one, Live) else partial(model, one)
        for name, one in predictors.items()
    }
    return modelled(supernet, space, objectives, models)


def search(
    supernet: SuperNetwork,
    space: SearchSpace,
    objectives: list[str],
    predictors: Mapping[str, Model],
    bounds: Mapping[str, float],
    settings: SearchSettings,
    seed: int,
    initial: Indices | None = None,
    success: Success | None = None,
) -> History:
    """The history of a search on predictions within ``bounds``.

    A row with a NaN value counts as beyond the bounds, and so does a row that is unlikely to
    succeed (:mod:`archfront.search.success`). Rows beyond the bounds get penalised costs
    during the search; the history has their costs without the penalty. ``initial`` holds rows of
    the super-network's space; rows that the constrained ``space`` does not contain are left out.
    """
    if initial is not None:
        own = supernet.space
        initial = own.convert(initial[own.contained_in(initial, space)], space)
    values = predicted(supernet, space, {*objectives, *bounds}, predictors)

    def split(population: Indices) -> tuple[Floats, Floats]:
        found, beyond = costs_and_excess(values(population), objectives, bounds)
        if success is not None:
            beyond = beyond + shortfall(success(space.convert(population, supernet.space)))
        return found, np.where(np.isnan(found).any(axis=1) | np.isnan(beyond), 1.0, beyond)

    def evaluate(population: Indices) -> Floats:
        return penalised(*split(population))

    run = algorithm(settings.algorithm, len(objectives), given_options(vars(settings)))
    history = run(
        space,
        evaluate,
        len(objectives),
        settings.population,
        settings.generations,
        settings.crossover,
        seed,
        initial,
        **settings.options(objectives),
    )
    history = checked(history, settings.algorithm, space, evaluate, len(objectives))
    if (history.costs < BEYOND).all():
        return history  # nothing was penalised
    plain, beyond = split(history.population)
    return replace(history, costs=plain, within=beyond == 0)


def propose(
    space: SearchSpace, history: History, taken: set[str], count: int, seed: int
) -> Indices:
    """Exactly ``count`` distinct sub-networks of ``space`` that are not ``taken`` (digests).

    The best of the search's final population within the bounds, by non-dominated rank and crowding
    distance, come first. If these are too few, the sub-networks within the bounds that the search
    visited last are added, then random ones. The result has fewer than ``count`` rows only if the
    space has no more sub-networks.
    """
    final = _within(history)
    rows = final[not_taken(space, history.population[final], taken)]
    chosen = history.population[rows[best(history.costs[rows], count)]]
    return filled(space, and_last(chosen, history), taken, count, seed)


def candidates(space: SearchSpace, histories: Sequence[History], taken: set[str]) -> Indices:
    """The distinct sub-networks of the final populations that are within the bounds and not
    ``taken`` (digests)."""
    population = np.concatenate([h.population[_within(h)] for h in histories])
    return population[not_taken(space, population, taken)]


def _within(history: History) -> Indices:
    """Row numbers of the final population within the bounds."""
    kept: Indices = history.final[history.within[history.final]]
    return kept


def and_last(chosen: Indices, history: History) -> Indices:
    """The chosen rows, then all visited rows within the bounds, the last visited first."""
    return np.concatenate([chosen, history.population[history.within][::-1]])
