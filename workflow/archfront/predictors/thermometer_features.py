"""Thermometer codes, sums over stages and logarithms: features on which a linear model is concave.

Accuracy gains less the larger a network already is. A linear function of one-hot columns cannot
express this effect and is biased near the front. A linear function of sums over stages and of their
logarithms can express it.
"""

import numpy as np

from archfront.core.space import SearchSpace
from archfront.core.supernet import SuperNetwork

STANDARD_ROWS = 500
"""Number of sub-networks, from small to large, whose mean and standard deviation standardise the
sums and logarithms."""


class ThermometerFeatures:
    """The columns, in this order:

    - thermometer codes (0 or 1): for each active parameter, whether its value is above the first
      legal value, above the second, and so on;
    - per stage and kind, and per kind over all stages: the sum of the active values, numbered from
      1;
    - the logarithms of these sums, and of the super-network's closed forms per stage.

    All columns but the codes are standardised. Tables and logs call this feature set
    ``thermometer``.
    """

    def __init__(self, supernet: SuperNetwork):
        self._supernet, space = supernet, supernet.space
        self._columns = np.repeat(np.arange(len(space)), space.cardinalities - 1)
        self._above = np.concatenate([np.arange(1, n) for n in space.cardinalities])
        self.members = members(space)
        some = self._curved(space.canonical(space.spread(min(STANDARD_ROWS, space.size), 0)))
        deviation = some.std(axis=0)
        self._varying = np.flatnonzero(deviation > 1e-9 * np.abs(some).max(axis=0))
        self._mean = some.mean(axis=0)[self._varying]
        self._deviation = deviation[self._varying]
        kinds = np.array([space.kinds.index(parameter.kind) for parameter in space.parameters])
        numbers = np.append(kinds[self._columns], [len(space.kinds)] * len(self._varying))
        self.groups = np.unique(numbers, return_inverse=True)[1]
        """Group number of each column: one group for the codes of each kind of parameter, one group
        for all other columns. See :meth:`archfront.predictors.features.Features.groups`."""

    def __call__(self, population: np.ndarray) -> np.ndarray:
        """The feature columns of a population: float64 ``n x f``."""
        canonical = self._supernet.space.canonical(population)
        codes = canonical[:, self._columns] >= self._above
        curved = (self._curved(canonical)[:, self._varying] - self._mean) / self._deviation
        return np.concatenate([codes, curved], axis=1)

    def _curved(self, canonical: np.ndarray) -> np.ndarray:
        sums = (canonical + 1.0) @ self.members
        stages = self._supernet.stage_features(canonical)
        bent = [sums] if stages is None else [sums, np.maximum(stages, 0)]
        return np.concatenate([sums, np.log1p(np.concatenate(bent, axis=1))], axis=1)


def members(space: SearchSpace) -> np.ndarray:
    """The parameters in each sum, as a matrix of 0 and 1: float64 ``p x s``. A sum is over all
    parameters of a kind, or over the parameters of a kind in one stage. Sums over a single
    parameter are left out."""
    kinds = np.array([parameter.kind for parameter in space.parameters])
    controllers = np.array([-1 if p.controller is None else p.controller for p in space.parameters])
    sums = [kinds == kind for kind in space.kinds]
    for stage in np.unique(controllers[controllers >= 0]):
        sums += [(controllers == stage) & (kinds == kind) for kind in np.unique(kinds)]
    several = [one for one in sums if one.sum() > 1]
    return np.array(several, float).reshape(-1, len(space)).T
