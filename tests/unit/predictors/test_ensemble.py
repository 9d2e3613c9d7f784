import numpy as np
import pytest
from helpers.landscapes import trained_on
from instant import Instant

from archfront.predictors import predictor
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
