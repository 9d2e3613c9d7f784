import numpy as np
import pytest
from scipy.stats import kendalltau

from archfront.core.metrics import mape, tau


def test_quality_by_hand():
    actual, predicted = np.array([100.0, 50.0, 25.0]), np.array([110.0, 45.0, 25.0])
    assert mape(actual, predicted) == pytest.approx((10 + 10 + 0) / 3)
    assert tau(actual, predicted) == 1
    assert tau(actual, -predicted) == -1
    assert np.isnan(tau(actual, np.ones(3)))
    assert tau(actual, predicted) == kendalltau(actual, predicted).statistic
