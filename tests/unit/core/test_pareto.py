import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from archfront.core.pareto import (
    FAR,
    Shares,
    costs,
    excess,
    front_mask,
    hypervolume,
    hypervolume_curve,
    knee,
    penalised,
)

POINTS = st.integers(2, 3).flatmap(
    lambda m: st.integers(1, 12).flatmap(
        lambda n: arrays(float, (n, m), elements=st.integers(0, 8).map(float))
    )
)


def dominated(row, others):
    return any((o <= row).all() and (o < row).any() for o in others)


@given(POINTS)
def test_the_front_is_what_nothing_dominates(points):
    expected = [not dominated(row, points) for row in points]
    assert front_mask(points).tolist() == expected


@given(POINTS)
def test_hypervolume_counts_unit_cells(points):
    """With whole numbers the volume is the number of unit cells that some point dominates."""
    m = points.shape[1]
    reference, ideal = np.full(m, 6.0), np.zeros(m)
    cells = np.stack(np.meshgrid(*[np.arange(6)] * m, indexing="ij"), -1).reshape(-1, m)
    covered = [(points <= cell).all(axis=1).any() for cell in cells]
    assert hypervolume(points, reference, ideal) == pytest.approx(sum(covered) / 6**m)


def test_hypervolume_by_hand():
    points = np.array([[1.0, 3.0], [2.0, 1.0], [5.0, 0.0], [np.nan, 0.0]])
    # Boxes to (4, 4): 3 x 1 from the first, 2 x 3 from the second, minus the shared 2 x 1.
    area = (4 - 1) * (4 - 3) + (4 - 2) * (4 - 1) - (4 - 2) * (4 - 3)
    reference, ideal = np.array([4.0, 4.0]), np.array([0.0, 0.0])
    assert hypervolume(points, reference, ideal) == pytest.approx(area / 16)
    assert hypervolume(points[2:], reference, ideal) == 0


@given(POINTS)
def test_the_curve_is_the_hypervolume_of_each_prefix(points):
    m = points.shape[1]
    reference, ideal = np.full(m, 6.0), np.zeros(m)
    curve = hypervolume_curve(points, reference, ideal)
    prefixes = [hypervolume(points[: n + 1], reference, ideal) for n in range(len(points))]
    assert curve == pytest.approx(prefixes)


def test_failed_measurements_are_never_on_a_front():
    assert front_mask(np.array([[np.nan, 0.0], [1.0, 1.0]])).tolist() == [False, True]
    assert front_mask(np.array([[np.nan, 0.0]])).tolist() == [False]


def test_maximised_objectives_become_costs():
    assert costs([[70.0, 5.0]], ["top1", "latency"]).tolist() == [[-70.0, 5.0]]


def test_the_knee_is_nearest_to_the_ideal_corner():
    assert knee(np.array([[0.0, 10.0], [1.0, 1.0], [10.0, 0.0], [9.0, 9.0]])) == 1
    # By the Euclidean distance: 0.35, 0.36 is nearer than 0.05, 0.62, though its sum is larger.
    assert knee(np.array([[0.0, 10.0], [0.5, 6.2], [3.5, 3.6], [10.0, 0.0]])) == 2


def test_excess_over_bounds_by_hand():
    values = {"latency": np.array([1.0, 3.0, np.nan]), "top1": np.array([70.0, 60.0, 70.0])}
    beyond = excess(values, {"latency": 2.0, "top1": 75.0})
    # (3 - 2) / 2 of latency, (75 - 60) / 75 of top-1
    assert beyond[:2].tolist() == pytest.approx([5 / 75, 1 / 2 + 15 / 75]) and np.isnan(beyond[2])
    assert excess(values, {}) == 0


@given(POINTS, st.integers(1, 7), st.sampled_from([2.0**-30, 1.0, 2.0**40, 2.0**1000]))
def test_with_penalties_no_row_beyond_a_bound_dominates_one_within(points, bound, unit):
    points, bound = points * unit, bound * unit
    beyond = np.maximum(points[:, 0] - bound, 0) / bound
    paid = penalised(points, beyond)
    within = beyond == 0
    assert (paid[within] == points[within]).all()
    if within.any():
        assert (front_mask(paid) == (front_mask(np.where(within[:, None], points, np.nan)))).all()
    else:
        assert (front_mask(paid) == (beyond == beyond.min())).all()


def test_shares_by_hand():
    """Rows beyond the bounds do not set the range, and stay behind all others."""
    given = np.array([[10.0, 1.0], [30.0, 1.0], [20.0, 1.0], [2e300, 1.0]])
    paid, shares = penalised(given, np.array([0.0, 0.0, 1.0, np.inf])), Shares()
    far = [[1.5 * FAR, 1.5 * FAR], [2 * FAR, 2 * FAR]]
    assert shares(paid[2:]).tolist() == far
    assert shares(paid).tolist() == [[0.0, 0.0], [1.0, 0.0], *far]
    assert shares(np.array([[50.0, 4.0]])).tolist() == [[2.0, 3.0]]


ARCHIVE = pd.DataFrame(
    {"iteration": [0, 0, 1, 1], "top1": [60.0, 70.0, 65.0, np.nan], "latency": [1.0, 5.0, 2.0, 1.0]}
)
OBJECTIVES = ["top1", "latency"]


def test_front_mask_agrees_with_costs_of_a_table():
    values = costs(ARCHIVE[OBJECTIVES].to_numpy(), OBJECTIVES)
    assert front_mask(values).tolist() == [True, True, True, False]
