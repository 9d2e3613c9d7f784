import numpy as np
import pytest
from helpers.landscapes import trained_on
from instant import Instant

from archfront.predictors import gaussian_process, predictor
from archfront.predictors.ensemble import COUNT, fit_ensemble
from archfront.predictors.features import Features


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


@pytest.mark.parametrize("power", [-30, 40, 1015])
def test_an_ensemble_is_the_same_in_every_unit(power):
    """Also with logarithms, which would round other numbers in another way."""
    supernet = Instant()
    rows, features = supernet.space.sample(40, 1), Features(supernet, ("one_hot",))
    values = 70 + supernet.exact("macs", rows) ** 0.5
    seen = features(rows, "one_hot")
    usual, other = (fit_ensemble(features, rows, v, True) for v in (values, values * 2.0**power))
    assert len(usual) == len(other) == 2
    for one, same in zip(usual, other, strict=True):
        assert (same(seen) == one(seen) * 2.0**power).all()
        drawn, again = (m.sample_posterior(seen, 4, 1) for m in (one, same))
        assert (again == drawn * 2.0**power).all()


def test_members_that_learn_from_many_rows_are_no_slower_to_ask(monkeypatch):
    """The members have as many centres as allowed. More rows make them better."""
    monkeypatch.setattr(gaussian_process, "CENTRES", 60)
    supernet = Instant()
    rows, features = supernet.space.sample(600, 1), Features(supernet)
    true = np.array([*supernet.measure("top1", supernet.space.decode(rows), None, {})], float)
    values = true + np.random.default_rng(0).normal(0, 0.3, 600)
    errors = []
    for count in (60, 400):
        members = fit_ensemble(features, rows[:count], values[:count], True)
        assert all(one.root.shape == (60, 60) for one in members)
        guesses = [one(features(rows[400:], one.features)) for one in members]
        errors.append(np.abs(guesses - true[400:]).mean(axis=1).max())
    assert errors[1] < 0.7 * errors[0]
