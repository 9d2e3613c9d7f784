"""Agreement of predicted with measured values, and the unit in which values are computed with."""

import numpy as np

from archfront.core.types import Floats


def mape(actual: Floats, predicted: Floats) -> float:
    """Mean absolute percentage error in %; lower is better. NaN if a value is NaN.

    If an actual value is 0, the error is the mean absolute error as a percentage of the mean
    absolute actual value; it is NaN if all actual values are 0.
    """
    errors, sizes = np.abs(actual - predicted), np.abs(actual)
    if not sizes.any():
        return float("nan")
    if not sizes.all():
        return float(100 * errors.mean() / sizes.mean())
    return float(100 * np.mean(errors / sizes))


def tau(actual: Floats, predicted: Floats) -> float:
    """Kendall's rank correlation (tau-b); 1 is best. NaN if one side is constant or has a NaN."""
    from scipy.stats import kendalltau  # the import takes a second

    return float(kendalltau(actual, predicted).statistic)


def exact_unit(values: Floats) -> float:
    """The power of two just above the largest absolute value; 1 if all values are 0.

    A division by it changes no digit of the values, apart from the smallest numbers of float64.
    Results that are computed from the quotients do not depend on the objective's unit, and squares
    are finite.
    """
    largest = np.abs(values).max()
    return float(np.ldexp(1.0, np.frexp(largest)[1])) if largest else 1.0
