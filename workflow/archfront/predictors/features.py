"""Features: the columns of numbers that predictors see of a sub-network.

``one_hot``: the active values, one column each. ``stages``: the super-network's closed forms per
stage, standardised over the space. ``both``: the two side by side. ``blocks``: the number of blocks
of each kind. ``thermometer``: see :mod:`archfront.predictors.thermometer_features`. A predictor on
one-hot columns weighs each choice. The closed forms contain how choices add up, so that predictors
of latency need ten times fewer rows. Cross-validation chooses the feature set of each predictor.
"""

from functools import lru_cache

import numpy as np

from archfront.core.supernet import EXAMPLES, SuperNetwork
from archfront.predictors.thermometer_features import ThermometerFeatures

STANDARD_ROWS = 500
"""Random sub-networks whose mean and deviation standardise the closed forms."""


class Features:
    """The feature sets of one super-network: ``names``, all that it has unless some are given."""

    def __init__(self, supernet: SuperNetwork, names: tuple[str, ...] | None = None):
        self._supernet = supernet
        space = supernet.space
        some = supernet.stage_features(space.sample(min(STANDARD_ROWS, space.size), 0))
        self.kinds = kinds_of_blocks(supernet)
        self.names = ("one_hot",) if some is None else ("one_hot", "stages", "both")
        self.names += ("thermometer",)
        self._thermometer = ThermometerFeatures(supernet)
        if self.kinds is not None:
            self.names += ("blocks",)
        self.names = names or self.names
        if some is not None:
            deviation = some.std(axis=0)
            self._varying = deviation > 1e-9 * np.abs(some).max(axis=0)
            self._mean = some.mean(axis=0)[self._varying]
            self._deviation = deviation[self._varying]

    def __call__(self, population: np.ndarray, name: str) -> np.ndarray:
        """One of the feature sets: float64 ``n x f``."""
        if name == "one_hot":
            return self._supernet.space.one_hot(population)
        if name == "blocks":
            return self._block_counts(population)
        if name == "thermometer":
            return self._thermometer(population)
        stages = self._supernet.stage_features(population)[:, self._varying]
        stages = (stages - self._mean) / self._deviation
        if name == "stages":
            return stages
        return np.concatenate([self(population, "one_hot"), stages], axis=1)

    def groups(self, name: str) -> np.ndarray:
        """Numbers from 0 of the groups that the columns are in: int64 ``f``. Codes before sums and
        closed forms, so that these are the last."""
        if name == "thermometer":
            return self._thermometer.groups
        columns = self(self._supernet.space.extremes(), name).shape[1]
        if name != "both":
            return np.zeros(columns, int)
        return (np.arange(columns) >= columns - self._varying.sum()).astype(int)

    def _block_counts(self, population: np.ndarray) -> np.ndarray:
        blocks = self._supernet.blocks(population)
        there, kinds = blocks >= 0, len(self.kinds)
        place = np.arange(len(blocks))[:, None] * kinds + np.searchsorted(self.kinds, blocks)
        counts = np.bincount(place[there], minlength=len(blocks) * kinds)
        return counts.reshape(len(blocks), kinds).astype(float)


@lru_cache(maxsize=2)
def features_of(supernet: SuperNetwork) -> Features:
    """All of a super-network's feature sets, standardised once for all who ask."""
    return Features(supernet)


def kinds_of_blocks(supernet: SuperNetwork) -> np.ndarray | None:
    """The numbers of the kinds of blocks that sub-networks have: ascending int64; None where they
    are not known. Kinds that none of :data:`EXAMPLES` random ones has do not matter."""
    space = supernet.space
    blocks = supernet.blocks(space.sample(min(EXAMPLES, space.size), 0))
    if blocks is None:
        return None
    numbers = np.unique(blocks)
    return numbers[numbers >= 0]
