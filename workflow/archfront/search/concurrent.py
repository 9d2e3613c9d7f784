"""ConcurrentNAS: predictors trained on all measurements, a long search on them, the best of it
measured next; again (paper, section 4.5)."""

from collections.abc import Mapping

import numpy as np

from archfront.measurement.objective import OBJECTIVES
from archfront.predictors.features import Features
from archfront.predictors.gaussian_process import GaussianProcess, Optimist
from archfront.predictors.predictor import LIVE, AnyPredictor
from archfront.search.pareto import costs_and_excess
from archfront.search.proposal import predicted, propose, propose_by_gain, search, train
from archfront.search.tactic import Tactic
from archfront.search.verdict import corners


class PublishedConcurrentNAS(Tactic):
    """Algorithm 1 as published: ridge on one-hot features for every objective that is not measured
    live, and the best of the search's last population by rank and crowding."""

    def propose(self, count: int, seed: int) -> np.ndarray:
        ridge = {name: LIVE if name in self.live else "ridge" for name in self.kinds}
        self._train(Features(self.supernet, ("one_hot",)), ridge)
        self._search(self.predictors, seed)
        return propose(self.space, self.history, self.taken, count, seed)

    def _train(self, features: Features, kinds: Mapping[str, str]) -> None:
        self.predictors = train(
            features, self.measured, self.values, self.objectives, kinds, self.look_up
        )

    def _search(self, predictors: Mapping[str, AnyPredictor | Optimist], seed: int) -> None:
        for one in self.live.values():
            one.begin()
        self.history = search(
            self.supernet,
            self.space,
            self.objectives,
            {**predictors, **self.live},
            self.bounds,
            self.settings,
            seed,
            self.measured,
        )


OPTIMISTIC_FROM, DEVIATIONS = 200, 2.0
"""From so many measurements on, Gaussian processes are searched for what may be good: so many
standard deviations better than predicted. Before that they are too unsure of everything, and a
batch all along a front is varied enough. That of a single objective is not, so there it is done
from the first: what is predicted to be best can be wrong for long."""


class ConcurrentNAS(PublishedConcurrentNAS):
    """Predictors and features that cross-validation prefers, and a batch that is expected to gain
    most hypervolume together."""

    promises = True

    def first(self, count: int) -> np.ndarray:
        """The smallest and the largest, and others evenly from small to large."""
        both = np.concatenate([self.space.extremes(), self.space.spread(count, self.seed)])
        return both[self.space.first_occurrences(both)][:count]

    def propose(self, count: int, seed: int) -> np.ndarray:
        self._train(Features(self.supernet), self.kinds)
        self._search(self._searched(), seed)
        batch, self.expected_gain = propose_by_gain(
            self.space,
            self.history,
            self._known(),
            self.taken,
            count,
            corners(self.reference),
            seed,
        )
        return batch

    def _searched(self) -> dict[str, AnyPredictor | Optimist]:
        """The predictors, as the search sees them."""
        if len(self.objectives) > 1 and len(self.measured) < OPTIMISTIC_FROM:
            return self.predictors
        return {
            name: Optimist(trained, DEVIATIONS * (1 if OBJECTIVES[name].maximise else -1))
            if isinstance(trained, GaussianProcess)
            else trained
            for name, trained in self.predictors.items()
        }

    def _known(self) -> np.ndarray:
        """Predicted costs of what was measured, within the bounds."""
        there = self.measured[self.there()]
        names = [*self.objectives, *self.bounds]
        models = {**self.predictors, **self.live}
        values = predicted(self.supernet, self.supernet.space, names, models)(there)
        found, beyond = costs_and_excess(values, self.objectives, self.bounds)
        return found[beyond == 0]
