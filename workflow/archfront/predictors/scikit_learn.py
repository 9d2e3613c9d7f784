"""Regressors of scikit-learn that have a name here, and what they are tuned over.

For comparison: boosted trees need more rows than searches have, and so does the multi-layer
perceptron that the paper's simple predictors stand against (section 4.3).
"""

import numpy as np

GRIDS = {
    "gradient_boosting": {"max_depth": [2, 4]},
    "mlp": {"alpha": [1e-2, 1.0]},
}


def estimator(kind: str, **parameters):
    """The regressor of this kind, on a standardised target; random parts repeat themselves."""
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

    def __init__(self, members: list):
        self.members = members

    def predict(self, features: np.ndarray) -> np.ndarray:
        return np.mean([member(features) for member in self.members], axis=0)
