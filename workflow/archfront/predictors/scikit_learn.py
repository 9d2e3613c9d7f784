"""The named regressors of scikit-learn, and the grids of their hyper-parameters.

These regressors serve for comparison. Boosted trees need more training rows than a search has. So
does the multi-layer perceptron, with which the paper compares its simple predictors (section 4.3).
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from archfront.core.types import Floats

GRIDS: dict[str, dict[str, Sequence[float]]] = {
    "gradient_boosting": {"max_depth": [2, 4]},
    "mlp": {"alpha": [1e-2, 1.0]},
}


class Fitted(Protocol):
    """A trained regressor, as in scikit-learn."""

    def predict(self, features: Floats) -> Floats: ...


class Regressor(Fitted, Protocol):
    """A regressor, as in scikit-learn. ``fit`` trains it in place and returns it."""

    def fit(self, features: Floats, values: Floats) -> Fitted: ...


def estimator(kind: str, **parameters: Any) -> Regressor:
    """The untrained regressor of this kind, for a standardised target, with a fixed random seed."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.ensemble import GradientBoostingRegressor
    from sklearn.neural_network import MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if kind == "gradient_boosting":
        model = GradientBoostingRegressor(random_state=0, **parameters)
    else:
        layers = {"hidden_layer_sizes": (64, 64), "solver": "lbfgs", "max_iter": 100}
        network = MLPRegressor(**layers, random_state=0, **parameters)
        model = make_pipeline(StandardScaler(), network)
    return TransformedTargetRegressor(model, transformer=StandardScaler())


class Average:
    """The mean of several trained predictors, as a regressor."""

    def __init__(self, members: Sequence[Callable[[Floats], Floats]]):
        self.members = members

    def predict(self, features: Floats) -> Floats:
        return np.mean([member(features) for member in self.members], axis=0)
