"""ConcurrentNAS (paper, section 4.5): predictors are trained on all measurements, a long search
runs on the predictors, the best sub-networks that it finds are measured next; this repeats."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from archfront.core.objective import OBJECTIVES
from archfront.core.pareto import costs_and_excess
from archfront.core.reference import corners
from archfront.core.required import required
from archfront.core.types import Floats, Indices
from archfront.predictors.ensemble import fit_ensemble
from archfront.predictors.features import Features, features_of
from archfront.predictors.gaussian_process import GaussianProcess, UpperConfidenceBound
from archfront.predictors.kinds import AUTO
from archfront.predictors.predictor import AnyPredictor
from archfront.search.crowding import best
from archfront.search.evolution import History
from archfront.search.expected_hypervolume import greedy_nehvi_batch
from archfront.search.proposal import (
    SearchSettings,
    and_last,
    candidates,
    fit_beyond,
    fit_predictors,
    predicted,
    propose,
    search,
)
from archfront.search.sampling import filled, initial_sample
from archfront.search.success import Success
from archfront.search.tactic import SEARCH_SETTINGS, Tactic

PUBLISHED_KINDS, PUBLISHED_KIND = {"bleu": "svr"}, "ridge"
"""Kinds of predictors in the paper (sections 4.3 and 5.4), by objective, and of all others."""


class PublishedConcurrentNAS(Tactic):
    """Algorithm 1 as published: predictors on one-hot features, of one model type per objective,
    and the best of the search's last population by non-dominated rank and crowding distance.

    Objectives without a kind have the paper's model types: SVR for BLEU, ridge for all others.
    """

    searches_on_predictors = True
    search_settings = SEARCH_SETTINGS

    @classmethod
    def default_kind(cls, objective: str) -> str:
        return PUBLISHED_KINDS.get(objective, PUBLISHED_KIND)

    def propose(self, count: int, seed: int) -> Indices:
        one_hot = Features(self.supernet, ("one_hot",))
        self.predictors = fit_predictors(
            one_hot, self.measured, self.values, self.objectives, self.kinds, self.look_up
        )
        self._begin_live(one_hot)
        self.history = self._search(self.predictors, self.settings, seed, self.success())
        return propose(self.space, self.history, self.taken, count, seed)

    def _begin_live(self, features: Features) -> None:
        """Start a search that measures the live objectives."""
        for name, one in self.live.items():
            one.begin(fit_beyond(features, self.default_kind(name)))

    def _search(
        self,
        predictors: Mapping[str, AnyPredictor | UpperConfidenceBound],
        settings: SearchSettings,
        seed: int,
        success: Success | None,
    ) -> History:
        return search(
            self.supernet,
            self.space,
            self.objectives,
            {**predictors, **self.live},
            self.bounds,
            settings,
            seed,
            self.measured,
            success,
        )


DEVIATIONS = 1.0
"""Standard deviations of the upper confidence bound that the inner searches optimise."""
POSTERIOR_SAMPLES = 32
"""Joint posterior samples per member of the ensemble, for the acquisition function."""
BASELINE_ROWS = 200
"""Measured sub-networks in the baseline of the acquisition function: the best by non-dominated rank
and crowding distance. A front hardly has more. The time of joint posterior samples grows with the
cube of the number of rows."""


class ConcurrentNAS(PublishedConcurrentNAS):
    """archfront's ConcurrentNAS: batches by noisy expected hypervolume improvement.

    An ensemble of Gaussian processes (:mod:`archfront.predictors.ensemble`) is fitted to all
    measurements. For each member an evolutionary search optimises the upper confidence bounds of
    the objectives. Their final populations are the candidates. The batch is selected from them
    greedily by noisy expected hypervolume improvement
    (:mod:`archfront.search.expected_hypervolume`) over posterior samples of all members.

    Objectives of the predictor kinds ``auto`` and ``gaussian_process`` have an ensemble. Predictors
    of another kind are the same in every member. Objectives that are measured live cost a budget,
    so with a live objective the ensemble has one member and only one search runs.
    """

    states_expected_gain = True
    starts_small_to_large = True

    @classmethod
    def default_kind(cls, objective: str) -> str:
        return AUTO

    def training_data(self) -> tuple[Indices, pd.DataFrame]:
        """Training rows, in the super-network's space, and their values per objective: float64
        ``n``, NaN where a value is unknown.

        The training rows are all measurements of this platform, and the sub-networks of
        :meth:`learn` that were not measured here. The latter have values only for objectives that
        do not depend on the platform.
        """
        if self.learned is None:
            return self.measured, self.values
        rows, values = self.learned
        new = [digest not in self.taken for digest in self.supernet.space.digests(rows)]
        shared = {
            name: np.asarray(values[name], float)[new]
            for name in self.objectives
            if name in self.kinds and not OBJECTIVES[name].per_platform
        }
        others = pd.DataFrame(shared, index=range(sum(new)))
        together = pd.concat([self.values, others], ignore_index=True)
        return np.concatenate([self.measured, rows[new]]), together

    def first(self, count: int) -> Indices:
        """The smallest and the largest sub-network, and others evenly from small to large."""
        return initial_sample(self.space, count, self.seed, even=True)

    def propose(self, count: int, seed: int) -> Indices:
        members = self._fit_members()
        success = self.success()
        self._begin_live(features_of(self.supernet))
        histories = self._search_members(members, seed, success)
        self.predictors, self.history = members[0], histories[0]
        found = candidates(self.space, histories, self.taken)
        baseline, samples = self._score(members, found, seed)
        worst, ideal = corners(required(self.reference, "reference"))  # tell() has set it
        weights = None
        if success is not None:
            weights = success(self.space.convert(found, self.supernet.space))
        chosen, self.expected_gain = greedy_nehvi_batch(
            baseline, samples, count, worst, ideal, weights
        )
        ordered = np.concatenate([found[chosen], np.delete(found, chosen, axis=0)])
        return filled(self.space, and_last(ordered, self.history), self.taken, count, seed)

    def _fit_members(self) -> list[dict[str, AnyPredictor]]:
        """Predictors of all objectives, a dictionary per member of the ensemble."""
        features, ensembles = features_of(self.supernet), {}
        population, table = self.training_data()
        for name in self.objectives:
            if self.kinds.get(name) in (AUTO, "gaussian_process"):
                there = table[name].notna().to_numpy()
                values = table.loc[there, name].to_numpy(float)
                maximise = OBJECTIVES[name].maximise
                ensembles[name] = fit_ensemble(features, population[there], values, maximise)
        others = [name for name in self.objectives if name not in ensembles]
        fixed = fit_predictors(features, population, table, others, self.kinds, self.look_up)
        size = min(map(len, ensembles.values()), default=1) if not self.live else 1
        return [fixed | {name: own[k] for name, own in ensembles.items()} for k in range(size)]

    def _search_members(
        self, members: list[dict[str, AnyPredictor]], seed: int, success: Success | None
    ) -> list[History]:
        """One search per member, on its upper confidence bounds. The generations of the settings
        are divided among the searches."""
        generations = -(-self.settings.generations // len(members))
        settings = replace(self.settings, generations=generations)
        bounds = [{n: _optimistic(n, one) for n, one in member.items()} for member in members]
        return [self._search(one, settings, seed + k, success) for k, one in enumerate(bounds)]

    def _score(
        self, members: list[dict[str, AnyPredictor]], found: Indices, seed: int
    ) -> tuple[Floats, Floats]:
        """Joint posterior samples of the costs of the best measured sub-networks and of the
        candidates: float64 ``s x n x m`` and ``s x c x m``."""
        measured = self.measured[self.there()][best(self.costs(), BASELINE_ROWS)]
        rows = np.concatenate([measured, self.space.convert(found, self.supernet.space)])
        samples = [self._sample_costs(one, rows, [seed, k]) for k, one in enumerate(members)]
        baseline, new = np.split(np.concatenate(samples), [len(measured)], axis=1)
        return baseline, new

    def _sample_costs(
        self, member: Mapping[str, AnyPredictor], rows: Indices, seed: list[int]
    ) -> Floats:
        """Posterior samples of the rows' costs by one member, infinite beyond the bounds: float64
        ``s x n x m``. An objective without a Gaussian process has its predicted value in all
        samples."""
        own, features = self.supernet.space, features_of(self.supernet)
        processes = {n: one for n, one in member.items() if isinstance(one, GaussianProcess)}
        names = [name for name in [*self.objectives, *self.bounds] if name not in processes]
        values = predicted(self.supernet, own, names, {**member, **self.live})(rows)
        sampled = {name: np.tile(one, POSTERIOR_SAMPLES) for name, one in values.items()}
        for name, one in processes.items():
            place = [*seed, [*member].index(name)]
            seen = features(rows, one.features)
            sampled[name] = one.sample_posterior(seen, POSTERIOR_SAMPLES, place).ravel()
        found, beyond = costs_and_excess(sampled, self.objectives, self.bounds)
        found[beyond > 0] = np.inf
        return found.reshape(POSTERIOR_SAMPLES, len(rows), -1)


def _optimistic(name: str, predictor: AnyPredictor) -> AnyPredictor | UpperConfidenceBound:
    if not isinstance(predictor, GaussianProcess):
        return predictor
    return UpperConfidenceBound(predictor, DEVIATIONS if OBJECTIVES[name].maximise else -DEVIATIONS)
