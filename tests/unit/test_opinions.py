"""Gaussian processes behind other links, what they may be behind the noise, and several of them."""

import numpy as np
import pytest
from instant import Instant

from archfront.predictors import gaussian_process, predictor
from archfront.predictors.features import Features
from archfront.predictors.gaussian_process import GaussianProcess, Link
from archfront.predictors.opinions import COUNT, opinions


def test_a_link_by_hand():
    values = np.array([1.0, 2.0, 3.0])
    accuracy, latency = Link.beyond(values, True), Link.beyond(values, False)
    assert (accuracy.limit, accuracy.side) == (pytest.approx(3.8), -1.0)
    assert (latency.limit, latency.side) == (pytest.approx(0.2), 1.0)
    assert accuracy.of(values) == pytest.approx(-np.log([2.8, 1.8, 0.8]))
    assert latency.of(values) == pytest.approx(np.log([0.8, 1.8, 2.8]))


@pytest.mark.parametrize("maximise", [True, False, None])
def test_a_link_goes_there_and_back_and_keeps_the_order(maximise):
    values = np.sort(np.random.default_rng(0).normal(70, 5, 40))
    link = Link() if maximise is None else Link.beyond(values, maximise)
    scaled = link.of(values)
    assert (np.diff(scaled) > 0).all() and link.value(scaled) == pytest.approx(values)
    slope = (link.of(values + 1e-6) - scaled) / 1e-6
    assert link.log_slope(values) == pytest.approx(np.log(slope), abs=1e-4)
    constant = Link.beyond(np.full(3, 70.0), True)
    assert constant.value(constant.of(np.full(3, 70.0))) == pytest.approx(70.0)


def trained_on(maximise=True):
    supernet = Instant()
    rows = supernet.space.sample(40, 1)
    values = np.array([*supernet.measure("top1", supernet.space.decode(rows), None, {})], float)
    features = Features(supernet)
    return supernet, features, rows, values, opinions(features, rows, values, maximise)


def test_draws_have_the_mean_the_deviation_and_what_goes_together():
    supernet, features, _, _, panel = trained_on()
    new = supernet.space.sample(6, 2)
    both = np.concatenate([new, new[:1]])
    for one in panel:
        seen = features(both, one.features)
        drawn = Link(one.limit, one.side).of(one.drawn(seen, 20_000, 0))
        middle = Link(one.limit, one.side).of(one(seen))
        above = Link(one.limit, one.side).of(one.quantile(seen, 1.0))
        deviation = above - middle
        assert drawn.mean(axis=0) == pytest.approx(middle, abs=4 * deviation.max() / 20_000**0.5)
        assert drawn.std(axis=0) == pytest.approx(deviation, rel=0.05)
        assert drawn[:, 0] == pytest.approx(drawn[:, -1], abs=1e-3 * deviation[0])
        assert (one.drawn(seen, 3, 0) == one.drawn(seen, 3, 0)).all()


def test_the_density_of_rows_left_out_is_that_of_training_without_them():
    random = np.random.default_rng(0)
    seen, target = random.normal(size=(12, 3)), random.normal(size=12)
    groups, shape = np.array([0, 0, 1]), np.array([0.7, 0.3, 0.5, 2.0, 0.1])
    expected = 0.0
    for row in range(12):
        others = np.delete(np.arange(12), row)
        weights, root = gaussian_process.fit(seen[others], target[others], groups, shape)
        given = seen[others], weights, root, groups, shape, 0.0, 1.0
        without = GaussianProcess("gaussian_process", *given)
        mean = without(seen[[row]])[0]
        variance = (without.quantile(seen[[row]], 1.0)[0] - mean) ** 2 + shape[-1]
        expected -= 0.5 * (np.log(2 * np.pi * variance) + (target[row] - mean) ** 2 / variance)
    found = gaussian_process.log_density(*gaussian_process.fit(seen, target, groups, shape))
    assert found == pytest.approx(expected)


def test_opinions_differ_and_are_kept(tmp_path, capsys):
    _, features, rows, values, panel = trained_on()
    assert len({(one.features, one.side) for one in panel}) == len(panel) == COUNT
    assert panel[0].features in capsys.readouterr().out
    for one in panel:
        predictor.save({"top1": one}, tmp_path / "p.npz")
        loaded, seen = predictor.load(tmp_path / "p.npz")["top1"], features(rows, one.features)
        assert (loaded(seen) == one(seen)).all()
        assert np.abs(one(seen) - values).mean() < 0.5 * values.std()
    with pytest.raises(ValueError, match="at least 2"):
        opinions(features, rows[:1], values[:1], True)


@pytest.mark.parametrize("bent", [True, False])
def test_what_adds_up_in_logarithms_is_seen_in_logarithms(bent):
    supernet = Instant()
    rows, features = supernet.space.sample(60, 1), Features(supernet, ("one_hot",))
    seen = features(rows, "one_hot")
    sums = seen @ np.random.default_rng(3).uniform(0.2, 1, seen.shape[1])
    sums = (sums - sums.mean()) / sums.std()
    values = 80 - np.exp(-1.5 * sums) if bent else 70 + sums
    best, second = opinions(features, rows, values, True)
    assert np.isnan(second.limit if bent else best.limit)
