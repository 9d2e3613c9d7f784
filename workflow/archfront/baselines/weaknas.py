"""WeakNAS: a fixed pool of random sub-networks, ranked again and again by a weak predictor.

Wu et al., "Stronger NAS with Weaker Predictors", NeurIPS 2021 (the paper's reference [6]), as its
authors ran it on Once-for-All MobileNetV3. The features are the indices of all elastic parameters,
inactive parameters included. The predictor is one XGBoost model of depth 20 with 1,000 rounds. It
is fitted anew to all measurements for each batch. The pool has 10,000 sub-networks. Each batch is
drawn at random from the 1,000 best sub-networks of the pool by prediction.
"""

from functools import cached_property

import numpy as np

from archfront.core.extras import explained
from archfront.core.metrics import exact_unit
from archfront.core.objective import OBJECTIVES, exact
from archfront.core.pareto import costs
from archfront.search.crowding import crowded_ranks
from archfront.search.proposal import stream_seed
from archfront.search.tactic import Tactic

POOL, TOP = 10_000, 1_000
ROUNDS, DEPTH, RATE = 1_000, 20, 0.3
DRAWN = 64 * POOL
"""Maximum number of sub-networks that are drawn to find a pool within narrow bounds."""


class WeakNAS(Tactic):
    """With one objective the best sub-networks have the best predictions, as published. With
    several objectives the best have the lowest non-dominated rank of their predictions, then the
    largest crowding distance. Exact objectives are computed.

    The pool is within the bounds on exact objectives. It is drawn once per seed and never grows.
    Once the 1,000 best sub-networks are measured, the next best ones of the pool follow.
    """

    @cached_property
    def pool(self) -> np.ndarray:
        """Distinct random rows of ``space`` within the bounds, at most :data:`POOL`."""
        drawn, seed = POOL, stream_seed(self.seed, "pool")
        while True:
            drawn = min(2 * drawn, DRAWN, self.space.size)
            rows = self.space.sample(drawn, seed)
            rows = rows[self.may_be_measured(self._own(rows))][:POOL]
            if len(rows) == POOL or drawn in (DRAWN, self.space.size):
                return rows

    def first(self, count: int) -> np.ndarray:
        return self.pool[:count]

    def propose(self, count: int, seed: int) -> np.ndarray:
        predicted = np.stack([self.predicted(name) for name in self.objectives], axis=1)
        ranks, crowding = crowded_ranks(costs(predicted, self.objectives))
        if len(self.objectives) == 1:
            order = np.argsort(costs(predicted, self.objectives)[:, 0], kind="stable")
        else:
            order = np.lexsort((-crowding, ranks))
        best = self.pool[np.random.default_rng(seed).permutation(order[:TOP])]
        return self.new(np.concatenate([best, self.pool[order[TOP:]]]), count, seed)

    @explained()
    def predicted(self, name: str) -> np.ndarray:
        """Predicted values of the pool, in the objective's unit: float64 ``n``. Exact objectives
        are computed."""
        from xgboost import XGBRegressor

        if OBJECTIVES[name].evaluation == "exact":
            return exact(OBJECTIVES[name], self.supernet, self._own(self.pool))
        there = self.values[name].notna().to_numpy()
        model = XGBRegressor(
            n_estimators=ROUNDS, max_depth=DEPTH, learning_rate=RATE, n_jobs=1, random_state=0
        )
        values = self.values[name][there].to_numpy()
        unit = exact_unit(values)  # xgboost computes in float32
        model.fit(self.numbers(self.measured[there]), values / unit)
        return unit * model.predict(self.numbers(self._own(self.pool))).astype(float)

    def _own(self, rows: np.ndarray) -> np.ndarray:
        return self.space.convert(rows, self.supernet.space)

    def numbers(self, rows: np.ndarray) -> np.ndarray:
        """The index of each parameter's value, active or inactive: float64 ``n x p``."""
        return rows.astype(float)
