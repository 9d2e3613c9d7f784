"""A Gaussian process that knows how unsure it is: linear and RBF kernel together, and noise.

Groups of columns have linear scales of their own: kernel sizes need not matter as expansion ratios
do, and few rows tell three scales where they cannot tell a hundred weights.

Rasmussen and Williams, "Gaussian Processes for Machine Learning", MIT Press 2006, algorithms 2.1
and 5.1. scikit-learn's takes ten times as long for these few hyper-parameters, and searches ask it
for whole generations.
"""

from dataclasses import dataclass

import numpy as np

LINEAR, BENT = 1.0, (0.3, 3.0, 0.01)
"""The hyper-parameters that are expected before there are data, of a standardised target: the
linear scales together; and amplitude and length (see :func:`kernel`), and the noise."""
UNSURE = 1.5
"""Standard deviation of their logarithms: the prior keeps few rows from being believed too much."""
BEYOND = 0.4
"""How far beyond the best of the values :class:`Link` has its limit, as a share of their range."""


@dataclass(frozen=True)
class GaussianProcess:
    """``mean + scale * kernel(x, centres) @ weights``, taken back to values by :class:`Link`.

    groups and hyper_parameters: see :func:`kernel`, and the noise at the end. root: inverse of the
    Cholesky factor of the training rows' kernel with noise. ``features`` names the set that ``x``
    is of. ``limit`` and ``side``: of the :class:`Link` that the values are modelled on.
    """

    kind: str
    centres: np.ndarray
    weights: np.ndarray
    root: np.ndarray
    groups: np.ndarray
    hyper_parameters: np.ndarray
    mean: float
    scale: float
    features: str = "one_hot"
    limit: float = np.nan
    side: float = 1.0

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Predicted values, in the objective's unit: float64 ``n`` from ``n x f`` features."""
        return self._value(self._kernel(features, self.centres) @ self.weights)

    def quantile(self, features: np.ndarray, deviations: float) -> np.ndarray:
        """What lies so many standard deviations of what is behind the noise above the predicted
        values, in the objective's unit: float64 ``n``."""
        between = self._kernel(features, self.centres)
        weights, constant = _linear(self.groups, self.hyper_parameters[:-3])
        before = constant + features**2 @ weights + self.hyper_parameters[-3]
        known = np.einsum("ij,ij->i", *2 * [between @ self.root.T])
        deviation = np.sqrt(np.maximum(before - known, 0))
        return self._value(between @ self.weights + deviations * deviation)

    def drawn(self, features: np.ndarray, count: int, seed: int | list[int]) -> np.ndarray:
        """Values that the rows may have behind the noise, all rows together: float64 ``count x n``,
        in the objective's unit."""
        between, covariance = (self._kernel(features, x) for x in (self.centres, features))
        known = between @ self.root.T
        sizes, axes = np.linalg.eigh(covariance - known @ known.T)
        spread = axes * np.sqrt(np.maximum(sizes, 0))
        normal = np.random.default_rng(seed).normal(size=(count, len(features)))
        return self._value(between @ self.weights + normal @ spread.T)

    def _kernel(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return kernel(x, y, self.groups, self.hyper_parameters[:-1])

    def _value(self, standardised: np.ndarray) -> np.ndarray:
        return Link(self.limit, self.side).value(self.mean + self.scale * standardised)


@dataclass(frozen=True)
class Link:
    """What a Gaussian process models in place of the values: these as they are where there is no
    ``limit`` (NaN), or the logarithm of their distance to it.

    Accuracy gains less the nearer it is to what can be reached, latency costs less the nearer it is
    to what every network needs: in logarithms both add up. ``side`` is 1 where the values lie above
    the limit, -1 below; larger values stay larger either way.
    """

    limit: float = np.nan
    side: float = 1.0

    @staticmethod
    def beyond(values: np.ndarray, maximise: bool) -> "Link":
        """With the limit :data:`BEYOND` the best of the values."""
        share = BEYOND * (values.max() - values.min()) or 1.0
        if maximise:
            return Link(float(values.max() + share), -1.0)
        return Link(float(values.min() - share), 1.0)

    def of(self, values: np.ndarray) -> np.ndarray:
        """From the objective's unit."""
        if np.isnan(self.limit):
            return values
        return self.side * np.log(self.side * (values - self.limit))

    def value(self, scaled: np.ndarray) -> np.ndarray:
        """Back to the objective's unit."""
        if np.isnan(self.limit):
            return scaled
        return self.limit + self.side * np.exp(self.side * scaled)

    def log_slope(self, values: np.ndarray) -> np.ndarray:
        """Logarithm of the derivative of :meth:`of`: float64 ``n``."""
        if np.isnan(self.limit):
            return np.zeros(len(values))
        return -np.log(self.side * (values - self.limit))


@dataclass(frozen=True)
class Optimist:
    """A Gaussian process's prediction plus so many standard deviations, in the objective's unit."""

    predictor: GaussianProcess
    deviations: float

    @property
    def features(self) -> str:
        return self.predictor.features

    def __call__(self, features: np.ndarray) -> np.ndarray:
        return self.predictor.quantile(features, self.deviations)


def expected(groups: np.ndarray) -> np.ndarray:
    """Logarithms of the hyper-parameters before there are data, the noise's at the end."""
    count = groups.max() + 1
    return np.log([LINEAR / count] * count + [*BENT])


def tuned(features: np.ndarray, target: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Hyper-parameters (see :func:`kernel`) and noise, of the greatest posterior density."""
    # Here and below, since every job of the workflow imports this module, and few fit anything.
    from scipy.linalg import cholesky
    from scipy.linalg.lapack import dpotri
    from scipy.optimize import minimize

    parts = [features[:, groups == group] for group in range(groups.max() + 1)]
    products = [1 + part @ part.T / part.shape[1] for part in parts]
    squares = _squares(parts[-1], parts[-1])
    prior = expected(groups)

    def loss(logarithms: np.ndarray) -> tuple[float, np.ndarray]:
        *linear, amplitude, length, noise = np.exp(logarithms)
        added = [scale * product for scale, product in zip(linear, products, strict=True)]
        bent = amplitude * np.exp(squares / (-2 * length**2))
        factor = cholesky(sum(added) + bent + noise * np.eye(len(target)), lower=True)
        lower, _ = dpotri(factor, lower=True)
        inverse = np.tril(lower) + np.tril(lower, -1).T
        weights = inverse @ target
        off = (logarithms - prior) / UNSURE
        value = target @ weights / 2 + np.log(np.diag(factor)).sum() + off @ off / 2
        slope = inverse - np.outer(weights, weights)
        gradient = [(slope * part).sum() / 2 for part in (*added, bent, bent * squares / length**2)]
        gradient.append(noise * np.trace(slope) / 2)
        return value, np.array(gradient) + off / UNSURE

    bounds = [(center - 5 * UNSURE, center + 5 * UNSURE) for center in prior]
    return np.exp(minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=bounds).x)


def fit(
    features: np.ndarray, target: np.ndarray, groups: np.ndarray, hyper_parameters: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """``weights`` and ``root`` of a standardised target."""
    from scipy.linalg import cho_solve, cholesky, solve_triangular

    *shape, noise = hyper_parameters
    covariance = kernel(features, features, groups, np.array(shape)) + noise * np.eye(len(target))
    factor = cholesky(covariance, lower=True)
    root = solve_triangular(factor, np.eye(len(target)), lower=True)
    return cho_solve((factor, True), target), root


def left_out(weights: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Errors on each training row if it had been left out (equation 5.12), hyper-parameters kept:
    float64 ``n``."""
    return weights / (root**2).sum(axis=0)


def log_density(weights: np.ndarray, root: np.ndarray) -> float:
    """Logarithm of the density at the training rows, each predicted from all others (equations 5.10
    and 5.11), of a standardised target; higher is better."""
    variances = 1 / (root**2).sum(axis=0)
    errors = left_out(weights, root)
    return float(-0.5 * (np.log(2 * np.pi * variances) + errors**2 / variances).sum())


def kernel(
    x: np.ndarray, y: np.ndarray, groups: np.ndarray, hyper_parameters: np.ndarray
) -> np.ndarray:
    """``sum_g linear_g * (1 + <x_g, y_g> / f_g) + amplitude * exp(-|x_l - y_l|^2 / (2 f_l
    length^2))``: the first is what adds up, the second what does not.

    groups: number of each column's group, from 0, ``f_g`` columns in each; ``l`` is the last.
    hyper_parameters: ``linear_0``, ``linear_1`` ..., ``amplitude``, ``length``.
    """
    *linear, amplitude, length = hyper_parameters
    weights, constant = _linear(groups, np.array(linear))
    last = groups == groups.max()
    bent = _squares(x[:, last], y[:, last]) / (-2 * length**2)
    return constant + (x * weights) @ y.T + amplitude * np.exp(bent)


def _linear(groups: np.ndarray, scales: np.ndarray) -> tuple[np.ndarray, float]:
    """Of the kernel's linear part the weight of each column, and the constant."""
    return (scales / np.bincount(groups))[groups], float(scales.sum())


def _squares(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """``|x - y|^2 / f`` of each pair."""
    squares = (x**2).sum(axis=1)[:, None] + (y**2).sum(axis=1) - 2 * x @ y.T
    return np.maximum(squares, 0) / x.shape[1]
