"""Several Gaussian processes that see the same measurements in different ways.

What one model takes for good beyond what was measured is often its own error, and a whole batch
that follows it shares that error. Others, with other features or on another scale, err elsewhere.
"""

from dataclasses import replace

import numpy as np

from archfront.predictors import gaussian_process
from archfront.predictors.features import Features
from archfront.predictors.gaussian_process import GaussianProcess, Link
from archfront.predictors.predictor import enough, fit, tune

COUNT = 3


def opinions(
    features: Features, population: np.ndarray, values: np.ndarray, maximise: bool
) -> list[GaussianProcess]:
    """At most :data:`COUNT` Gaussian processes trained on ``n`` finite values, one for each of the
    feature sets and scales on which the rows left out are likeliest; the likeliest first."""
    enough(values)
    found = []
    for name in features.names:
        seen = features(population, name)
        for link in (Link(), Link.beyond(values, maximise)):
            trained, likelihood = _trained(seen, values, link, name)
            found.append((likelihood, trained))
    best = sorted(found, key=lambda one: -one[0])[:COUNT]
    print(
        "Gaussian processes, by the log density of rows left out: "
        + ", ".join(f"{_told(trained)} {likelihood:.1f}" for likelihood, trained in best)
    )
    return [trained for _, trained in best]


def _trained(
    seen: np.ndarray, values: np.ndarray, link: Link, name: str
) -> tuple[GaussianProcess, float]:
    """And the log density of the values, each predicted from all others."""
    scaled = link.of(values)
    # One scale for all columns: with one for each group of them a search's early batches gained
    # less, perhaps since what few rows do not show to matter is then not tried.
    chosen, _ = tune("gaussian_process", seen, scaled)
    trained = fit("gaussian_process", seen, scaled, chosen)
    slopes = link.log_slope(values) - np.log(trained.scale)
    likelihood = gaussian_process.log_density(trained.weights, trained.root) + float(slopes.sum())
    return replace(trained, features=name, limit=link.limit, side=link.side), likelihood


def _told(trained: GaussianProcess) -> str:
    return f"{trained.features} ({'values' if np.isnan(trained.limit) else 'logarithms'})"
