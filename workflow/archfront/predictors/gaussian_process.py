"""A Gaussian process with a linear kernel per group of columns, an RBF kernel, and noise.

Kernel sizes may matter less than expansion ratios, so each group of columns has a linear scale.
Few training rows determine three scales well, but not a hundred weights.

Rasmussen and Williams, "Gaussian Processes for Machine Learning", MIT Press 2006, algorithms 2.1
and 5.1. scikit-learn's Gaussian process takes ten times as long for these few hyper-parameters, and
searches need predictions of whole generations.

The time of an exact Gaussian process grows with the cube of the training rows. At most
:data:`TUNING_ROWS` rows therefore tune the hyper-parameters, and beyond :data:`CENTRES` rows the
posterior is approximate (:func:`sparse`): its time grows in proportion to the rows.
"""

from dataclasses import dataclass

import numpy as np

PRIOR_LINEAR, PRIOR_RBF = 1.0, (0.3, 3.0, 0.01)
"""Prior medians of the hyper-parameters, for a standardised target: the sum of the linear scales;
and amplitude and length of the RBF kernel (see :func:`kernel`), and the variance of the noise."""
PRIOR_LOG_STD = 1.5
"""Prior standard deviation of the hyper-parameters' logarithms."""
TUNING_ROWS = 500
"""Largest number of rows for tuning the hyper-parameters."""
CENTRES = 1000
"""Largest number of centres (see :class:`Posterior`)."""
LIMIT_MARGIN = 0.4
"""Distance from the best value to the limit of an :class:`OutputTransform`, as a share of the range
of the values."""


@dataclass(frozen=True)
class GaussianProcess:
    """The posterior mean is ``mean + scale * kernel(x, centres) @ weights``, transformed back to
    the objective's unit by the inverse of :class:`OutputTransform`.

    groups and hyper_parameters: see :func:`kernel`; the variance of the noise is the last one.
    centres, weights and root: see :class:`Posterior`.
    features:       name of the feature set that ``x`` belongs to.
    limit, side and unit: fields of the :class:`OutputTransform` of the training values.
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
    unit: float = 1.0

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """The posterior mean, in the objective's unit: float64 ``n`` from ``n x f`` features."""
        return self._value(self._kernel(features, self.centres) @ self.weights)

    def confidence_bound(self, features: np.ndarray, deviations: float) -> np.ndarray:
        """The posterior mean plus ``deviations`` standard deviations of the noise-free function, in
        the objective's unit: float64 ``n``. Negative deviations give a lower bound."""
        between = self._kernel(features, self.centres)
        before = prior_variances(features, self.groups, self.hyper_parameters[:-1])
        projected = between @ self.root.T
        explained = np.einsum("ij,ij->i", projected, projected)  # squared length of each row
        deviation = np.sqrt(np.maximum(before - explained, 0))
        return self._value(between @ self.weights + deviations * deviation)

    def sample_posterior(
        self, features: np.ndarray, count: int, seed: int | list[int]
    ) -> np.ndarray:
        """Joint posterior samples of the noise-free function at all rows: float64 ``count x n``, in
        the objective's unit."""
        between, covariance = (self._kernel(features, x) for x in (self.centres, features))
        projected = between @ self.root.T
        sizes, axes = np.linalg.eigh(covariance - projected @ projected.T)
        spread = axes * np.sqrt(np.maximum(sizes, 0))
        normal = np.random.default_rng(seed).normal(size=(count, len(features)))
        return self._value(between @ self.weights + normal @ spread.T)

    def _kernel(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return kernel(x, y, self.groups, self.hyper_parameters[:-1])

    def _value(self, standardised: np.ndarray) -> np.ndarray:
        transform = OutputTransform(self.limit, self.side, self.unit)
        return transform.invert(self.mean + self.scale * standardised)


@dataclass(frozen=True)
class OutputTransform:
    """The transform of an objective's values before a Gaussian process is trained on them: the
    values in ``unit`` where ``limit`` is NaN, otherwise the logarithm of the distance to the limit
    in ``unit``. With an :func:`~archfront.core.metrics.exact_unit`, logarithms round the same
    values in the same way in every unit of the objective.

    Accuracy gains less the nearer it is to the highest possible accuracy; latency falls less the
    nearer it is to the least latency of any network. On a logarithmic scale both effects add up.
    ``side`` is 1 where the values lie above the limit, -1 where they lie below. Larger values stay
    larger either way.
    """

    limit: float = np.nan
    side: float = 1.0
    unit: float = 1.0

    @staticmethod
    def log_distance(values: np.ndarray, maximise: bool, unit: float = 1.0) -> "OutputTransform":
        """Logarithms of the distance to a limit that is :data:`LIMIT_MARGIN` of the range of the
        values beyond the best value."""
        share = LIMIT_MARGIN * (values.max() - values.min()) or unit
        if maximise:
            return OutputTransform(float(values.max() + share), -1.0, unit)
        return OutputTransform(float(values.min() - share), 1.0, unit)

    def apply(self, values: np.ndarray) -> np.ndarray:
        """From the objective's unit to the model's."""
        if np.isnan(self.limit):
            return values / self.unit
        return self.side * np.log(self._distance(values))

    def invert(self, scaled: np.ndarray) -> np.ndarray:
        """From the model's unit back to the objective's."""
        if np.isnan(self.limit):
            return self.unit * scaled
        return self.limit + self.unit * (self.side * np.exp(self.side * scaled))

    def log_derivative(self, values: np.ndarray) -> np.ndarray:
        """Logarithm of the derivative of :meth:`apply` with respect to the values in ``unit``:
        float64 ``n``."""
        if np.isnan(self.limit):
            return np.zeros(len(values))
        return -np.log(self._distance(values))

    def _distance(self, values: np.ndarray) -> np.ndarray:
        return self.side * (values - self.limit) / self.unit


@dataclass(frozen=True)
class UpperConfidenceBound:
    """The posterior mean of a Gaussian process plus ``deviations`` standard deviations (negative
    for an objective that is minimised), as a predictor in the objective's unit.

    Srinivas et al., "Gaussian Process Optimization in the Bandit Setting", ICML 2010.
    """

    predictor: GaussianProcess
    deviations: float

    @property
    def features(self) -> str:
        return self.predictor.features

    def __call__(self, features: np.ndarray) -> np.ndarray:
        return self.predictor.confidence_bound(features, self.deviations)


def prior_logarithms(groups: np.ndarray) -> np.ndarray:
    """Prior means of the logarithms of the hyper-parameters, the noise's at the end."""
    count = groups.max() + 1
    return np.log([PRIOR_LINEAR / count] * count + [*PRIOR_RBF])


def tuned(features: np.ndarray, target: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Hyper-parameters (see :func:`kernel`) and noise with the greatest posterior density, given at
    most :data:`TUNING_ROWS` random rows."""
    # scipy is imported here and in `fit`: every job of the workflow imports this module, and few
    # jobs fit a model.
    from scipy.linalg import cholesky
    from scipy.linalg.lapack import dpotri
    from scipy.optimize import minimize

    if len(target) > TUNING_ROWS:
        some = random_rows(len(target), TUNING_ROWS)
        features, target = features[some], target[some]
    parts = [features[:, groups == group] for group in range(groups.max() + 1)]
    products = [1 + part @ part.T / part.shape[1] for part in parts]
    squares = _squares(parts[-1], parts[-1])
    prior = prior_logarithms(groups)

    def loss(logarithms: np.ndarray) -> tuple[float, np.ndarray]:
        *linear, amplitude, length, noise = np.exp(logarithms)
        added = [scale * product for scale, product in zip(linear, products, strict=True)]
        rbf = amplitude * np.exp(squares / (-2 * length**2))
        factor = cholesky(sum(added) + rbf + noise * np.eye(len(target)), lower=True)
        lower, _ = dpotri(factor, lower=True)
        inverse = np.tril(lower) + np.tril(lower, -1).T
        weights = inverse @ target
        off = (logarithms - prior) / PRIOR_LOG_STD
        value = target @ weights / 2 + np.log(np.diag(factor)).sum() + off @ off / 2
        slope = inverse - np.outer(weights, weights)
        gradient = [(slope * part).sum() / 2 for part in (*added, rbf, rbf * squares / length**2)]
        gradient.append(noise * np.trace(slope) / 2)
        return value, np.array(gradient) + off / PRIOR_LOG_STD

    bounds = [(center - 5 * PRIOR_LOG_STD, center + 5 * PRIOR_LOG_STD) for center in prior]
    return np.exp(minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=bounds).x)


@dataclass(frozen=True)
class Posterior:
    """A Gaussian process after ``n`` training rows with a standardised target.

    centres, weights: the posterior mean is ``kernel(x, centres) @ weights``; ``c x f`` and ``c``.
    root:      the posterior variance of the noise-free function is the prior variance less the
               squared length of ``root @ kernel(centres, x)``; ``c x c``.
    errors:    error on each training row, predicted from all others with the same hyper-parameters
               (equation 5.12): float64 ``n``.
    variances: variance of each of these predictions, with the noise (equation 5.12): float64 ``n``.
    """

    centres: np.ndarray
    weights: np.ndarray
    root: np.ndarray
    errors: np.ndarray
    variances: np.ndarray

    def log_density(self) -> float:
        """Logarithm of the density at the training rows, each predicted from all others (equations
        5.10 and 5.11); higher is better."""
        terms = np.log(2 * np.pi * self.variances) + self.errors**2 / self.variances
        return float(-0.5 * terms.sum())


def fit(
    features: np.ndarray, target: np.ndarray, groups: np.ndarray, hyper_parameters: np.ndarray
) -> Posterior:
    """The posterior given all rows: exact with at most :data:`CENTRES` rows, otherwise
    :func:`sparse` with that many random rows as centres."""
    from scipy.linalg import cho_solve, cholesky, solve_triangular

    if len(target) > CENTRES:
        some = random_rows(len(target), CENTRES)
        return sparse(features, target, groups, hyper_parameters, features[some])
    *shape, noise = hyper_parameters
    covariance = kernel(features, features, groups, np.array(shape)) + noise * np.eye(len(target))
    factor = cholesky(covariance, lower=True)
    root = solve_triangular(factor, np.eye(len(target)), lower=True)
    weights, precisions = cho_solve((factor, True), target), (root**2).sum(axis=0)
    return Posterior(features, weights, root, weights / precisions, 1 / precisions)


JITTER = 1e-8
"""Share of the prior variance that is added to the kernel at the centres, which may be singular."""


def sparse(
    features: np.ndarray,
    target: np.ndarray,
    groups: np.ndarray,
    hyper_parameters: np.ndarray,
    centres: np.ndarray,
) -> Posterior:
    """The posterior given all ``n`` rows, with a mean that is a sum of kernels at ``c`` centres.

    The fully independent training conditional of Quinonero-Candela and Rasmussen, "A Unifying View
    of Sparse Approximate Gaussian Process Regression", JMLR 6, 2005, section 6: the part of the
    function that the centres do not determine is noise of each row. The posterior equals the exact
    one, up to :data:`JITTER`, if the centres are the training rows. The time grows with ``n c^2``,
    the memory with ``n c``.
    """
    from scipy.linalg import cholesky, eigh, solve_triangular

    shape, noise = hyper_parameters[:-1], hyper_parameters[-1]
    among = kernel(centres, centres, groups, shape)
    among[np.diag_indices_from(among)] += JITTER * np.trace(among) / len(centres)
    factor = cholesky(among, lower=True)
    # The determined part is linear in these columns, with standard normal weights.
    columns = solve_triangular(factor, kernel(centres, features, groups, shape), lower=True)
    determined = np.einsum("ij,ij->j", columns, columns)
    noises = noise + np.maximum(prior_variances(features, groups, shape) - determined, 0)
    columns /= np.sqrt(noises)
    scaled = target / np.sqrt(noises)
    sizes, axes = eigh(columns @ columns.T)
    sizes = np.maximum(sizes, 0)
    columns = axes.T @ columns
    shares = columns / (1 + sizes)[:, None]
    coefficients = shares @ scaled
    left = 1 - np.einsum("ij,ij->j", shares, columns)
    errors = np.sqrt(noises) * (scaled - coefficients @ columns) / left
    whitened = solve_triangular(factor, axes, lower=True, trans=1).T
    root = np.sqrt(sizes / (1 + sizes))[:, None] * whitened
    return Posterior(centres, coefficients @ whitened, root, errors, noises / left)


def random_rows(count: int, most: int) -> np.ndarray:
    """``most`` of ``count`` row numbers, always the same."""
    return np.random.default_rng(0).permutation(count)[:most]


def kernel(
    x: np.ndarray, y: np.ndarray, groups: np.ndarray, hyper_parameters: np.ndarray
) -> np.ndarray:
    """``sum_g linear_g * (1 + <x_g, y_g> / f_g) + amplitude * exp(-|x_l - y_l|^2 / (2 f_l
    length^2))``: a linear kernel per group, and one RBF kernel.

    groups: group number of each column, from 0; the group ``g`` has ``f_g`` columns. The RBF kernel
    sees the columns of the last group, ``l``.
    hyper_parameters: ``linear_0``, ``linear_1`` ..., ``amplitude``, ``length``.
    """
    *linear, amplitude, length = hyper_parameters
    weights, constant = _linear(groups, np.array(linear))
    last = groups == groups.max()
    exponent = _squares(x[:, last], y[:, last]) / (-2 * length**2)
    return constant + (x * weights) @ y.T + amplitude * np.exp(exponent)


def prior_variances(x: np.ndarray, groups: np.ndarray, hyper_parameters: np.ndarray) -> np.ndarray:
    """The diagonal of ``kernel(x, x)``: float64 ``n``."""
    weights, constant = _linear(groups, hyper_parameters[:-2])
    return constant + x**2 @ weights + hyper_parameters[-2]


def _linear(groups: np.ndarray, scales: np.ndarray) -> tuple[np.ndarray, float]:
    """The weight of each column in the kernel's linear part, and the constant."""
    return (scales / np.bincount(groups))[groups], float(scales.sum())


def _squares(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """``|x - y|^2 / f`` of each pair."""
    squares = (x**2).sum(axis=1)[:, None] + (y**2).sum(axis=1) - 2 * x @ y.T
    return np.maximum(squares, 0) / x.shape[1]
