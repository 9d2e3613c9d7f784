"""An ensemble of Gaussian processes that see the same measurements through other features or on
another scale.

A single model's most promising sub-networks are often its errors, and a batch that follows one
model shares that error. Models with other features, or on another scale, err elsewhere. (The
config's predictor ``ensemble`` is something else: the mean of three kinds of regression.)
"""

from dataclasses import replace

import numpy as np

from archfront.core.metrics import exact_unit
from archfront.predictors import gaussian_process
from archfront.predictors.features import Features
from archfront.predictors.gaussian_process import GaussianProcess, OutputTransform
from archfront.predictors.predictor import enough, fit_gaussian_process, standardised

COUNT = 3


def fit_ensemble(
    features: Features, population: np.ndarray, values: np.ndarray, maximise: bool
) -> list[GaussianProcess]:
    """At most :data:`COUNT` Gaussian processes trained on ``n`` finite values, the likeliest first.

    Every feature set and both output transforms are tried; the likelihood of a model is the log
    density of the rows left out, in the exact unit of the values.
    """
    enough(values)
    unit, found = exact_unit(values), []
    transforms = OutputTransform(unit=unit), OutputTransform.log_distance(values, maximise, unit)
    for name in features.names:
        seen = features(population, name)
        for transform in transforms:
            trained, likelihood = _trained(seen, values, transform, name)
            found.append((likelihood, trained))
    best = sorted(found, key=lambda one: -one[0])[:COUNT]
    print(
        "Gaussian processes, by the log density of rows left out: "
        + ", ".join(f"{_told(trained)} {likelihood:.1f}" for likelihood, trained in best)
    )
    return [trained for _, trained in best]


def _trained(
    seen: np.ndarray, values: np.ndarray, transform: OutputTransform, name: str
) -> tuple[GaussianProcess, float]:
    """A Gaussian process, and the log density of the values, each predicted from all others."""
    scaled = transform.apply(values)
    # One linear scale for all columns. With a scale per group of columns the early batches of a
    # search gained less hypervolume. A possible reason: few rows do not show the effect of some
    # parameters, and the search then does not vary these parameters.
    groups = np.zeros(seen.shape[1], int)
    tuned = gaussian_process.tuned(seen, standardised(scaled)[0], groups)
    chosen = {"groups": groups, "hyper_parameters": tuned}
    trained, posterior = fit_gaussian_process(seen, scaled, chosen)
    slopes = transform.log_derivative(values) - np.log(trained.scale)
    likelihood = posterior.log_density() + float(slopes.sum())
    return replace(trained, features=name, **vars(transform)), likelihood


def _told(trained: GaussianProcess) -> str:
    return f"{trained.features} ({'values' if np.isnan(trained.limit) else 'logarithms'})"
