"""How well predicted values agree with measured ones: MAPE and Kendall's tau."""

import numpy as np
from scipy.stats import kendalltau


def mape(actual: np.ndarray, predicted: np.ndarray) -> float:
    """Mean absolute percentage error; lower is better."""
    return float(100 * np.mean(np.abs((actual - predicted) / actual)))


def tau(actual: np.ndarray, predicted: np.ndarray) -> float:
    """Kendall's rank correlation (tau-b); 1 is perfect, NaN where one side is constant."""
    return float(kendalltau(actual, predicted).statistic)
