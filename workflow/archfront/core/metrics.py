"""Agreement of predicted with measured values: MAPE and Kendall's tau."""

import numpy as np

from archfront.core.types import Floats


def mape(actual: Floats, predicted: Floats) -> float:
    """Mean absolute percentage error in %; lower is better. NaN if a value is NaN."""
    return float(100 * np.mean(np.abs((actual - predicted) / actual)))


def tau(actual: Floats, predicted: Floats) -> float:
    """Kendall's rank correlation (tau-b); 1 is best. NaN if one side is constant or has a NaN."""
    from scipy.stats import kendalltau  # the import takes a second

    return float(kendalltau(actual, predicted).statistic)
