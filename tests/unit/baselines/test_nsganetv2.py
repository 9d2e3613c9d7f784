from itertools import combinations

import numpy as np
import pytest
from helpers.searches import asked_and_told
from instant import Instant

from archfront.baselines import nsganetv2

SPACE = Instant().space


def test_adaptive_switching_takes_the_surrogate_that_ranks_best(monkeypatch):
    monkeypatch.setattr(nsganetv2, "FOLDS", 3)
    random = np.random.default_rng(0)
    rows = random.integers(0, 3, (80, 6)).astype(float)
    steps = np.where(rows[:, 0] > 1, 5.0, 0) + np.where(rows[:, 1] > 0, 2.0, 0)
    tree = nsganetv2.switched(rows, steps + 0.01 * random.normal(size=80))
    smooth = nsganetv2.switched(rows, rows @ np.arange(1, 7))
    others = random.integers(0, 3, (50, 6)).astype(float)
    assert np.abs(smooth(others) - others @ np.arange(1, 7)).max() < 0.2
    assert np.corrcoef(tree(others), 5 * (others[:, 0] > 1) + 2 * (others[:, 1] > 0))[0, 1] > 0.97


def test_a_batch_evens_out_the_front_as_well_as_the_best_of_all_batches():
    random = np.random.default_rng(2)
    front, candidates = np.array([0.0, 1, 2, 8, 10]), random.random(9) * 10
    chosen = nsganetv2.evenly(front, candidates, 3, 0)

    def deviation(numbers):
        return np.std(np.diff(np.sort([*front, *candidates[list(numbers)]])))

    everything = [deviation(numbers) for numbers in combinations(range(9), 3)]
    assert len(set(chosen)) == 3 and deviation(chosen) == pytest.approx(min(everything), rel=0.05)


def test_nsganetv2_starts_from_the_smallest_and_the_largest():
    made = asked_and_told(1, nsganetv2.NSGANetV2)
    assert {*SPACE.keys(SPACE.extremes())} <= {*SPACE.keys(made.measured)}
