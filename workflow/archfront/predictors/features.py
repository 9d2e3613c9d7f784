"""Features of sub-networks: the input columns of the predictors.

``one_hot``: one column per value of a parameter, all zero where the parameter is inactive.
``stages``: the super-network's closed forms per stage, standardised over the space. ``both``: the
columns of ``one_hot``, then those of ``stages``. ``blocks``: the number of blocks of each kind.
``thermometer``: see :mod:`archfront.predictors.thermometer_features`.

A linear predictor on one-hot columns has one weight per value. The closed forms already combine the
values of several parameters, so a latency predictor on them needs ten times fewer training rows.
Cross-validation chooses the feature set of each predictor.
"""

from functools import lru_cache

import numpy as np

from archfront.core.required import required
from archfront.core.supernet import EXAMPLES, SuperNetwork
from archfront.predictors.thermometer_features import ThermometerFeatures

SETS = "one_hot", "stages", "both", "thermometer", "blocks"
STANDARD_ROWS = 500
"""Number of random sub-networks whose mean and standard deviation standardise the closed forms."""


class Features:
    """The feature sets of one super-network. ``names`` lists them: by default all feature sets that
    the super-network supports."""

    def __init__(self, supernet: SuperNetwork, names: tuple[str, ...] | None = None):
        self._supernet = supernet
        space = supernet.space
        some = supernet.stage_features(space.sample(min(STANDARD_ROWS, space.size), 0))
        self.kinds = kinds_of_blocks(supernet)
        self.names: tuple[str, ...] = (
            ("one_hot",) if some is None else ("one_hot", "stages", "both")
        )
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
        """The features of a population in the feature set ``name``: float64 ``n x f``. An unknown
        name raises ValueError."""
        if name not in SETS:
            raise ValueError(f"features: {name!r} is unknown; allowed: {', '.join(SETS)}")
        if name == "one_hot":
            return self._supernet.space.one_hot(population)
        if name == "blocks":
            return self._block_counts(population)
        if name == "thermometer":
            return self._thermometer(population)
        stages = required(
            self._supernet.stage_features(population.copy()), "features of the stages"
        )
        stages = (stages[:, self._varying] - self._mean) / self._deviation
        if name == "stages":
            return stages
        return np.concatenate([self(population, "one_hot"), stages], axis=1)

    def groups(self, name: str) -> np.ndarray:
        """Group number of each column of a feature set, from 0: int64 ``f``. Sums and closed forms
        have the highest number, because the RBF kernel sees the last group (see
        :func:`archfront.predictors.gaussian_process.kernel`)."""
        if name == "thermometer":
            return self._thermometer.groups
        columns = self(self._supernet.space.extremes(), name).shape[1]
        if name != "both":
            return np.zeros(columns, int)
        return (np.arange(columns) >= columns - self._varying.sum()).astype(int)

    def _block_counts(self, population: np.ndarray) -> np.ndarray:
        blocks = required(self._supernet.blocks(population.copy()), "blocks")
        kinds = required(self.kinds, "kinds of blocks")
        there, count = blocks >= 0, len(kinds)
        place = np.arange(len(blocks))[:, None] * count + np.searchsorted(kinds, blocks)
        counts = np.bincount(place[there], minlength=len(blocks) * count)
        return counts.reshape(len(blocks), count).astype(float)


@lru_cache(maxsize=2)
def features_of(supernet: SuperNetwork) -> Features:
    """All feature sets of a super-network. The result is cached, since the standardisation takes
    time."""
    return Features(supernet)


def kinds_of_blocks(supernet: SuperNetwork) -> np.ndarray | None:
    """Numbers of the kinds of blocks in sub-networks: int64, ascending. None where the
    super-network does not state its blocks. Kinds that occur in none of :data:`EXAMPLES` random
    sub-networks are left out."""
    space = supernet.space
    blocks = supernet.blocks(space.sample(min(EXAMPLES, space.size), 0))
    if blocks is None:
        return None
    numbers = np.unique(blocks)
    return numbers[numbers >= 0]
