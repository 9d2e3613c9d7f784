"""Gaussian processes behind other links, what they may be behind the noise, and several of them."""

import numpy as np
import pytest
from instant import Instant

from archfront.predictors import gaussian_process, predictor
from archfront.predictors.ensemble import COUNT, fit_ensemble
from archfront.predictors.features import Features
from archfront.predictors.gaussian_process import GaussianProcess, OutputTransform


def test_an_output_transform_by_hand():
    values = np.array([1.0, 2.0, 3.0])
    accuracy, latency = (
        OutputTransform.log_distance(values, True),
        OutputTransform.log_distance(values, False),
    )
    assert (accuracy.limit, accuracy.side) == (pytest.approx(3.8), -1.0)
    assert (latency.limit, latency.side) == (pytest.approx(0.2), 1.0)
    assert accuracy.apply(values) == pytest.approx(-np.log([2.8, 1.8, 0.8]))
    assert latency.apply(values) == pytest.approx(np.log([0.8, 1.8, 2.8]))


@pytest.mark.parametrize("maximise", [True, False, None])
def test_an_output_transform_goes_there_and_back_and_keeps_the_order(maximise):
    values = np.sort(np.random.default_rng(0).normal(70, 5, 40))
    transform = (
        OutputTransform() if maximise is None else OutputTransform.log_distance(values, maximise)
    )
    scaled = transform.apply(values)
    assert (np.diff(scaled) > 0).all() and transform.invert(scaled) == pytest.approx(values)
    slope = (transform.apply(values + 1e-6) - scaled) / 1e-6
    assert transform.log_derivative(values) == pytest.approx(np.log(slope), abs=1e-4)
    constant = OutputTransform.log_distance(np.full(3, 70.0), True)
    assert constant.invert(constant.apply(np.full(3, 70.0))) == pytest.approx(70.0)


def trained_on(maximise=True):
    supernet = Instant()
    rows = supernet.space.sample(40, 1)
    values = np.array([*supernet.measure("top1", supernet.space.decode(rows), None, {})], float)
    features = Features(supernet)
    return supernet, features, rows, values, fit_ensemble(features, rows, values, maximise)


def test_draws_have_the_mean_the_deviation_and_what_goes_together():
    supernet, features, _, _, panel = trained_on()
    new = supernet.space.sample(6, 2)
    both = np.concatenate([new, new[:1]])
    for one in panel:
        seen = features(both, one.features)
        drawn = OutputTransform(one.limit, one.side).apply(one.sample_posterior(seen, 20_000, 0))
        middle = OutputTransform(one.limit, one.side).apply(one(seen))
        above = OutputTransform(one.limit, one.side).apply(one.confidence_bound(seen, 1.0))
        deviation = above - middle
        assert drawn.mean(axis=0) == pytest.approx(middle, abs=4 * deviation.max() / 20_000**0.5)
        assert drawn.std(axis=0) == pytest.approx(deviation, rel=0.05)
        assert drawn[:, 0] == pytest.approx(drawn[:, -1], abs=1e-3 * deviation[0])
        assert (one.sample_posterior(seen, 3, 0) == one.sample_posterior(seen, 3, 0)).all()


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
        variance = (without.confidence_bound(seen[[row]], 1.0)[0] - mean) ** 2 + shape[-1]
        expected -= 0.5 * (np.log(2 * np.pi * variance) + (target[row] - mean) ** 2 / variance)
    found = gaussian_process.log_density(*gaussian_process.fit(seen, target, groups, shape))
    assert found == pytest.approx(expected)


def test_members_differ_and_are_kept(tmp_path, capsys):
    _, features, rows, values, panel = trained_on()
    assert len({(one.features, one.side) for one in panel}) == len(panel) == COUNT
    assert panel[0].features in capsys.readouterr().out
    for one in panel:
        predictor.save({"top1": one}, tmp_path / "p.npz")
        loaded, seen = predictor.load(tmp_path / "p.npz")["top1"], features(rows, one.features)
        assert (loaded(seen) == one(seen)).all()
        assert np.abs(one(seen) - values).mean() < 0.5 * values.std()
    with pytest.raises(ValueError, match="at least 2"):
        fit_ensemble(features, rows[:1], values[:1], True)


@pytest.mark.parametrize("bent", [True, False])
def test_what_adds_up_in_logarithms_is_seen_in_logarithms(bent):
    supernet = Instant()
    rows, features = supernet.space.sample(60, 1), Features(supernet, ("one_hot",))
    seen = features(rows, "one_hot")
    sums = seen @ np.random.default_rng(3).uniform(0.2, 1, seen.shape[1])
    sums = (sums - sums.mean()) / sums.std()
    values = 80 - np.exp(-1.5 * sums) if bent else 70 + sums
    best, second = fit_ensemble(features, rows, values, True)
    assert np.isnan(second.limit if bent else best.limit)
