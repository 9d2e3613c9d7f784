"""ConcurrentNAS: predictors trained on all measurements, a long search on them, the best of it
measured next; again (paper, section 4.5)."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from archfront.measurement.objective import OBJECTIVES
from archfront.predictors.features import Features, features_of
from archfront.predictors.gaussian_process import GaussianProcess, Optimist
from archfront.predictors.opinions import opinions
from archfront.predictors.predictor import AUTO, LIVE, AnyPredictor
from archfront.search.crowding import best
from archfront.search.evolution import History
from archfront.search.gain import best_by_gain
from archfront.search.pareto import costs_and_excess
from archfront.search.proposal import (
    SearchSettings,
    and_last,
    candidates,
    filled,
    predicted,
    propose,
    search,
    train,
)
from archfront.search.sampling import initial_sample
from archfront.search.tactic import Tactic
from archfront.search.verdict import corners


class PublishedConcurrentNAS(Tactic):
    """Algorithm 1 as published: ridge on one-hot features for every objective that is not measured
    live, and the best of the search's last population by rank and crowding."""

    def propose(self, count: int, seed: int) -> np.ndarray:
        ridge = {name: LIVE if name in self.live else "ridge" for name in self.kinds}
        one_hot = Features(self.supernet, ("one_hot",))
        self.predictors = train(
            one_hot, self.measured, self.values, self.objectives, ridge, self.look_up
        )
        self.history = self._search(self.predictors, self.settings, seed)
        return propose(self.space, self.history, self.taken, count, seed)

    def _search(
        self,
        predictors: Mapping[str, AnyPredictor | Optimist],
        settings: SearchSettings,
        seed: int,
    ) -> History:
        for one in self.live.values():
            one.begin()
        return search(
            self.supernet,
            self.space,
            self.objectives,
            {**predictors, **self.live},
            self.bounds,
            settings,
            seed,
            self.measured,
        )


DEVIATIONS = 1.0
"""Searches are for what may be good: so many standard deviations better than predicted."""
DRAWS = 32
"""Of each opinion, to choose the batch by."""
KNOWN = 200
"""Of what was measured, the best by rank and crowding are drawn as well: a front hardly has more,
and joint draws cost the cube of their rows."""


class ConcurrentNAS(PublishedConcurrentNAS):
    """A search for each of several :mod:`~archfront.predictors.opinions`, optimistic ones; of what
    they end with, the batch that is expected to gain most hypervolume, over draws from them all.

    Of the kinds ``auto`` and ``gaussian_process`` it makes opinions; other predictors are what they
    are in each. What is measured live costs a budget, so then there is one search.
    """

    promises = True

    def known(self) -> tuple[np.ndarray, pd.DataFrame]:
        """What predictors are trained on, rows of the super-network's own space, and per objective
        float64 ``n``, NaN where it is not known: all that was measured; and of what was learned,
        the values of other sub-networks that do not depend on the platform."""
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

    def first(self, count: int) -> np.ndarray:
        """The smallest and the largest, and others evenly from small to large."""
        return initial_sample(self.space, count, self.seed, even=True)

    def propose(self, count: int, seed: int) -> np.ndarray:
        views = self._views()
        self.predictors = views[0]
        generations = -(-self.settings.generations // len(views))  # the searches share them
        settings = replace(self.settings, generations=generations)
        histories = [
            self._search({n: _optimistic(n, one) for n, one in view.items()}, settings, seed + k)
            for k, view in enumerate(views)
        ]
        self.history = histories[0]
        found = candidates(self.space, histories, self.taken)
        own = self.supernet.space
        known = self.measured[self.there()][best(self.costs(), KNOWN)]
        rows = np.concatenate([known, self.space.convert(found, own)])
        drawn = np.concatenate([self._drawn(v, rows, [seed, k]) for k, v in enumerate(views)])
        there, new = np.split(drawn, [len(known)], axis=1)
        chosen, self.expected_gain = best_by_gain(there, new, count, *corners(self.reference))
        ordered = np.concatenate([found[chosen], np.delete(found, chosen, axis=0)])
        return filled(self.space, and_last(ordered, self.history), self.taken, count, seed)

    def _views(self) -> list[dict[str, AnyPredictor]]:
        """Predictors of all objectives, in several ways."""
        features, panels = features_of(self.supernet), {}
        population, table = self.known()
        for name in self.objectives:
            if self.kinds.get(name) in (AUTO, "gaussian_process"):
                there = table[name].notna().to_numpy()
                values = table.loc[there, name].to_numpy(float)
                maximise = OBJECTIVES[name].maximise
                panels[name] = opinions(features, population[there], values, maximise)
        others = [name for name in self.objectives if name not in panels]
        trained = train(features, population, table, others, self.kinds, self.look_up)
        several = min(map(len, panels.values()), default=1) if not self.live else 1
        return [
            trained | {name: panel[k] for name, panel in panels.items()} for k in range(several)
        ]

    def _drawn(
        self, view: Mapping[str, AnyPredictor], rows: np.ndarray, seed: list[int]
    ) -> np.ndarray:
        """Costs that the rows may have, infinite beyond the bounds: float64 ``d x n x m``."""
        own, features = self.supernet.space, features_of(self.supernet)
        panel = {n: one for n, one in view.items() if isinstance(one, GaussianProcess)}
        names = [name for name in [*self.objectives, *self.bounds] if name not in panel]
        values = predicted(self.supernet, own, names, {**view, **self.live})(rows)
        drawn = {name: np.tile(one, DRAWS) for name, one in values.items()}
        for name, one in panel.items():
            place = [*seed, [*view].index(name)]
            drawn[name] = one.drawn(features(rows, one.features), DRAWS, place).ravel()
        found, beyond = costs_and_excess(drawn, self.objectives, self.bounds)
        found[beyond > 0] = np.inf
        return found.reshape(DRAWS, len(rows), -1)


def _optimistic(name: str, predictor: AnyPredictor) -> AnyPredictor | Optimist:
    if not isinstance(predictor, GaussianProcess):
        return predictor
    return Optimist(predictor, DEVIATIONS if OBJECTIVES[name].maximise else -DEVIATIONS)
