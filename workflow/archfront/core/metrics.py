"""Agreement of predicted with measured values: MAPE and Kendall's tau."""

import numpy as np
from scipy.stats import kendalltau


def mape(actual: np.ndarray, predicted: np.ndarray) -> float:
    """Mean absolute percentage error in %; lower is better. NaN if a value is NaN."""
    return float(100 * np.mean(np.abs((actual - predicted) / actual)))


def tau(actual: np.ndarray, predicted: np.ndarray) -> float:
    """Kendall's rank correlation (tau-b); 1 is best. NaN if one side is constant or has a NaN."""
    return float(kendalltau(actual, predicted).statistic)
