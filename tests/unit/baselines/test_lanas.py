import numpy as np
import pytest
from helpers.searches import asked_and_told

from archfront.baselines import lanas


def test_lanas_parts_good_from_bad_and_samples_the_good():
    random = np.random.default_rng(1)
    features = random.integers(0, 2, (200, 10)).astype(float)
    costs = features @ np.arange(10) + random.normal(size=200)
    root = lanas.grown(features, costs, 3)
    good = lanas.contained([(root, True)], features)
    assert costs[good].mean() == pytest.approx(root.good.cost) and root.good.cost < root.bad.cost
    assert root.good.visits + root.bad.visits == root.visits == 200
    path = lanas.followed(root, np.ptp(costs))
    assert path[0][1] and len(path) >= 2
    inside = lanas.contained(path, features)
    assert 0 < inside.sum() < 60 and costs[inside].mean() < np.quantile(costs, 0.25)
    root.visits, root.bad.visits = 10**6, 1  # next to nothing is known of the bad side
    assert not lanas.followed(root, np.ptp(costs))[0][1]


def test_lanas_does_not_split_what_is_too_small_or_all_alike():
    features = np.eye(30)
    assert lanas.grown(features, np.arange(30.0), 5).weights is None
    assert lanas.grown(np.tile(features, (3, 1)), np.zeros(90), 5).weights is None


def test_lanas_finds_better_ones_than_random_search():
    made = asked_and_told(12, lanas.LaNAS, batch=10)
    top1 = made.values["top1"]
    assert top1[80:].mean() > top1[:40].mean() + top1[:40].std()
