"""A Gaussian process that knows how unsure it is: linear and RBF kernel together, and noise.

Rasmussen and Williams, "Gaussian Processes for Machine Learning", MIT Press 2006, algorithms 2.1
and 5.1. scikit-learn's takes ten times as long for these few hyper-parameters, and searches ask it
for whole generations.
"""

from dataclasses import dataclass

import numpy as np

EXPECTED = np.log([1.0, 0.3, 3.0, 0.01])
"""Logarithms of the hyper-parameters before there are data (see :func:`kernel`), and of the noise;
of a standardised target."""
UNSURE = 1.5
"""Standard deviation of these logarithms: the prior keeps few rows from being believed too much."""


@dataclass(frozen=True)
class GaussianProcess:
    """``value = mean + scale * kernel(x, centres) @ weights``.

    hyper_parameters: see :func:`kernel`, and the noise. root: inverse of the Cholesky factor of the
    training rows' kernel with noise. ``features`` names the set that ``x`` is of.
    """

    kind: str
    centres: np.ndarray
    weights: np.ndarray
    root: np.ndarray
    hyper_parameters: np.ndarray
    mean: float
    scale: float
    features: str = "one_hot"

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Predicted values, in the objective's unit: float64 ``n`` from ``n x f`` features."""
        return self.mean + self.scale * (self._kernel(features) @ self.weights)

    def with_deviation(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Predicted values and the standard deviations of what is behind the noise: float64 ``n``
        each, in the objective's unit."""
        linear, amplitude, _, _ = self.hyper_parameters
        between = self._kernel(features)
        before = linear * (1 + (features**2).mean(axis=1)) + amplitude
        known = np.einsum("ij,ij->i", *2 * [between @ self.root.T])
        deviation = np.sqrt(np.maximum(before - known, 0))
        return self.mean + self.scale * (between @ self.weights), self.scale * deviation

    def _kernel(self, features: np.ndarray) -> np.ndarray:
        return kernel(*_products(features, self.centres), *self.hyper_parameters[:-1])


@dataclass(frozen=True)
class Optimist:
    """A Gaussian process's prediction plus so many standard deviations, in the objective's unit."""

    predictor: GaussianProcess
    deviations: float

    @property
    def features(self) -> str:
        return self.predictor.features

    def __call__(self, features: np.ndarray) -> np.ndarray:
        values, deviation = self.predictor.with_deviation(features)
        return values + self.deviations * deviation


def tuned(features: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Hyper-parameters (see :func:`kernel`) and noise, of the greatest posterior density."""
    # Here and below, since every job of the workflow imports this module, and few fit anything.
    from scipy.linalg import cho_solve, cholesky
    from scipy.optimize import minimize

    products, squares = _products(features, features)

    def loss(logarithms: np.ndarray) -> tuple[float, np.ndarray]:
        linear, amplitude, length, noise = np.exp(logarithms)
        bent = kernel(products, squares, 0.0, amplitude, length)
        factor = cholesky(linear * products + bent + noise * np.eye(len(target)), lower=True)
        weights = cho_solve((factor, True), target)
        off = (logarithms - EXPECTED) / UNSURE
        value = target @ weights / 2 + np.log(np.diag(factor)).sum() + off @ off / 2
        slope = cho_solve((factor, True), np.eye(len(target))) - np.outer(weights, weights)
        parts = (linear * products, bent, bent * squares / length**2)
        gradient = [(slope * part).sum() / 2 for part in parts]
        gradient.append(noise * np.trace(slope) / 2)
        return value, np.array(gradient) + off / UNSURE

    bounds = [(center - 5 * UNSURE, center + 5 * UNSURE) for center in EXPECTED]
    return np.exp(minimize(loss, EXPECTED, jac=True, method="L-BFGS-B", bounds=bounds).x)


def fit(
    features: np.ndarray, target: np.ndarray, hyper_parameters: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """``weights`` and ``root`` of a standardised target."""
    from scipy.linalg import cho_solve, cholesky, solve_triangular

    *shape, noise = hyper_parameters
    covariance = kernel(*_products(features, features), *shape) + noise * np.eye(len(target))
    factor = cholesky(covariance, lower=True)
    root = solve_triangular(factor, np.eye(len(target)), lower=True)
    return cho_solve((factor, True), target), root


def left_out(weights: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Errors on each training row if it had been left out (equation 5.12), hyper-parameters kept:
    float64 ``n``."""
    return weights / (root**2).sum(axis=0)


def kernel(
    products: np.ndarray, squares: np.ndarray, linear: float, amplitude: float, length: float
) -> np.ndarray:
    """``linear * (1 + <x, y> / f) + amplitude * exp(-|x - y|^2 / (2 f length^2))``, ``f`` features:
    the first is what adds up, the second what does not."""
    return linear * products + amplitude * np.exp(squares / (-2 * length**2))


def _products(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``1 + <x, y> / f`` and ``|x - y|^2 / f`` of each pair."""
    inner = x @ y.T
    squares = (x**2).sum(axis=1)[:, None] + (y**2).sum(axis=1) - 2 * inner
    return 1 + inner / x.shape[1], np.maximum(squares, 0) / x.shape[1]
