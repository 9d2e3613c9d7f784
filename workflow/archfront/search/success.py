"""The probability that the measurement of a sub-network succeeds, from measurements that failed.

A sub-network may need more memory than there is, or crash its runtime. Sub-networks that resemble
it then often fail too, and a search that trains on the other measurements only goes on proposing
them. As in constrained Bayesian optimisation (Gelbart, Snoek and Adams, "Bayesian Optimization with
Unknown Constraints", UAI 2014), a classifier learns from the failures, a search keeps to
sub-networks that are likely to succeed, and an expected improvement counts with its probability.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from archfront.core.supernet import SuperNetwork
from archfront.core.types import Floats, Indices
from archfront.predictors.features import features_of

LIKELY = 0.5
"""Lowest probability of success of a sub-network that a search proposes."""

Success = Callable[[Indices], Floats]
"""Probability of success of rows of the super-network's space: float64 ``n``."""


def fit_success(
    supernet: SuperNetwork, population: Indices, values: pd.DataFrame
) -> Success | None:
    """Logistic regression on the last feature set of
    :class:`~archfront.predictors.features.Features`. ``population`` are rows of the super-network's
    space; a row with a NaN in ``values`` failed. None if no row failed, or all rows failed."""
    failed = values.isna().any(axis=1).to_numpy()
    if not failed.any() or failed.all():
        return None
    from sklearn.linear_model import LogisticRegression

    features = features_of(supernet)
    seen = features(population, features.names[-1])
    model = LogisticRegression(max_iter=1000).fit(seen, ~failed)

    def success(rows: Indices) -> Floats:
        found: Floats = model.predict_proba(features(rows, features.names[-1]))[:, 1]
        return found

    return success


def shortfall(success: Floats) -> Floats:
    """How far each probability is below :data:`LIKELY`: float64 ``n``, 0 for a likely success."""
    return np.maximum(LIKELY - success, 0)
