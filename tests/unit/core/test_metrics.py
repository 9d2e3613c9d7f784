import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau

from archfront.core.metrics import exact_unit, mape, tau


def test_quality_by_hand():
    actual, predicted = np.array([100.0, 50.0, 25.0]), np.array([110.0, 45.0, 25.0])
    assert mape(actual, predicted) == pytest.approx((10 + 10 + 0) / 3)
    assert tau(actual, predicted) == 1
    assert tau(actual, -predicted) == -1
    assert np.isnan(tau(actual, np.ones(3)))
    assert tau(actual, predicted) == kendalltau(actual, predicted).statistic


def test_an_error_exists_where_an_actual_value_is_zero():
    actual = np.array([0.0, 4.0, 2.0])
    assert mape(actual, np.array([1.0, 4.0, 4.0])) == pytest.approx(100 * 1 / 2)
    assert np.isnan(mape(np.zeros(2), np.ones(2)))


def test_an_exact_unit_is_the_next_power_of_two():
    assert exact_unit(np.array([3.0, -5.0, 0.0])) == 8.0
    assert exact_unit(np.array([0.25])) == 0.5
    assert exact_unit(np.zeros(2)) == 1.0


@given(st.lists(st.floats(-1e6, 1e6).filter(lambda v: v == 0 or abs(v) > 1e-6), min_size=1))
def test_values_in_an_exact_unit_are_the_same_in_every_unit(values):
    values = np.array(values)
    shares = values / exact_unit(values)
    assert np.abs(shares).max() <= 1 and (shares * exact_unit(values) == values).all()
    if values.any():
        for power in (-30, 40, 900):
            other = values * 2.0**power
            assert (other / exact_unit(other) == shares).all()
