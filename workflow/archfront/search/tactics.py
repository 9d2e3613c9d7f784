"""ConcurrentNAS as an object that is asked what to measure and told what came of it.

So it sits in anybody's loop: a scheduler's, a service's, the training of a super-network. The
workflow's own loop makes one per iteration and tells it everything that was measured before.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from archfront.predictors.features import Features
from archfront.predictors.predictor import AnyPredictor
from archfront.search.evolution import History
from archfront.search.pareto import costs, excess
from archfront.search.proposal import (
    SearchSettings,
    predicted,
    propose,
    propose_by_gain,
    search,
    stream_seed,
    train,
)
from archfront.search.sampling import initial_sample
from archfront.search.verdict import corners, reference_point
from archfront.space import SearchSpace
from archfront.supernets.supernet import SuperNetwork


class ConcurrentNAS:
    """Predictors trained on all measurements, a long search on them, the best measured next; again.

    By default a batch is chosen by the hypervolume that it is expected to gain. With ``paper`` it
    is Algorithm 1 as published (section 4.5): ridge on one-hot features for every objective, and
    the best of the search's last population by rank and crowding.

    kinds:     of predictor per measured objective; see ``predictors`` in the config.
    bounds:    the worst value that can be used, per objective.
    space:     a constrained version of the super-network's; its own if None.
    look_up:   table of block latencies, where ``kinds`` asks for it.
    reference: of the hypervolume, as :func:`~archfront.search.verdict.reference_point` gives it;
               from what is told first if None.

    After :meth:`ask` there are ``predictors``, ``history`` (of the search) and ``expected_gain`` of
    the batch, in boxes between ideal and reference; None where it was not chosen by it.
    """

    def __init__(
        self,
        supernet: SuperNetwork,
        objectives: list[str],
        kinds: Mapping[str, str],
        settings: SearchSettings,
        seed: int,
        bounds: Mapping[str, float] | None = None,
        space: SearchSpace | None = None,
        look_up: pd.DataFrame | None = None,
        reference: dict | None = None,
        paper: bool = False,
    ):
        self.supernet, self.objectives, self.settings = supernet, objectives, settings
        self.bounds, self.seed, self.paper = dict(bounds or {}), seed, paper
        self.space = supernet.space if space is None else space
        self.reference, self._look_up = reference, look_up
        self._features = Features(supernet, ("one_hot",) if paper else None)
        self._kinds = dict.fromkeys(kinds, "ridge") if paper else dict(kinds)
        self.measured = np.empty((0, len(supernet.space)), np.int16)
        self.values = pd.DataFrame(columns=objectives, dtype=float)
        self.predictors: dict[str, AnyPredictor] = {}
        self.history: History | None = None
        self.expected_gain: float | None = None

    def tell(self, population: np.ndarray, values: Mapping[str, np.ndarray]) -> None:
        """What was measured: rows of the super-network's own space, and per objective float64
        ``n``, NaN where a measurement failed (it is not proposed again)."""
        told = pd.DataFrame({name: np.asarray(values[name], float) for name in self.objectives})
        for name in self.bounds:
            told[name] = np.asarray(values[name], float)
        if self.reference is None:
            self.reference = reference_point(told, self.objectives, None, self.bounds)
        self.measured = np.concatenate([self.measured, population])
        self.values = (
            pd.concat([self.values, told], ignore_index=True) if len(self.values) else told
        )

    def ask(self, count: int) -> np.ndarray:
        """``count`` sub-networks to measure next, rows of ``space``; fewer only where it is used
        up. Before anything was told: random ones, the smallest and the largest among them."""
        if not len(self.measured):
            return initial_sample(self.space, min(count, self.space.size), self.seed)
        archive = self.values.assign(digest=self.supernet.space.digests(self.measured))
        self.predictors = train(
            self._features, self.measured, archive, self.objectives, self._kinds, self._look_up
        )
        seed = stream_seed(self.seed, len(self.measured))
        self.history = search(
            self.supernet,
            self.space,
            self.objectives,
            self.predictors,
            self.bounds,
            self.settings,
            seed,
            self.measured,
        )
        taken = set(archive["digest"])
        if self.paper:
            return propose(self.space, self.history, taken, count, seed)
        batch, self.expected_gain = propose_by_gain(
            self.space, self.history, self._known(), taken, count, corners(self.reference), seed
        )
        return batch

    def _known(self) -> np.ndarray:
        """Predicted costs of what was measured, within the bounds."""
        there = self.measured[self.values[self.objectives].notna().all(axis=1).to_numpy()]
        names = [*self.objectives, *self.bounds]
        found = predicted(self.supernet, self.supernet.space, names, self.predictors)(there)
        within = np.zeros(len(there)) + excess(found, self.bounds) == 0
        return costs(np.stack([found[n] for n in self.objectives], axis=1), self.objectives)[within]
