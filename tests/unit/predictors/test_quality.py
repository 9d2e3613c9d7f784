import numpy as np
import pytest
from helpers.landscapes import landscape
from instant import Instant

from archfront.core.population_table import with_digests
from archfront.predictors import predictor
from archfront.predictors.features import Features
from archfront.predictors.quality import learning_curve, learning_curves
from archfront.supernets.registry import supernet


def test_the_learning_curve_falls_and_is_reproducible():
    features, values = landscape(200, 1, noise=0.3)
    curve, pairs = learning_curve("ridge", features, values, [20, 150], 5, seed=1)
    errors = curve.groupby("rows")["mape"].mean()
    assert errors[150] < errors[20]
    assert len(curve) == 10 and len(pairs) == 50
    again, _ = learning_curve("ridge", features, values, [20, 150], 5, seed=1)
    assert curve.equals(again)


@pytest.mark.parametrize("kind", ["gaussian_process", "ensemble"])
def test_a_learning_curve_is_of_what_is_trained(kind):
    """The groups of the columns reach a Gaussian process on every way."""
    network = supernet("embedded_mobilenetv3")
    features, rows = Features(network, ("thermometer",)), network.space.sample(50, 1)
    values, groups = network.exact("macs", rows) ** 0.5, features.groups("thermometer")
    order = np.random.default_rng([0, 0]).permutation(50)
    trained = predictor.fit_best(kind, features, rows[order[:30]], values[order[:30]])
    seen = features(rows, "thermometer")
    given = kind, {"thermometer": seen}, values, [30], 1, 0
    _, pairs = learning_curve(*given, {"thermometer": groups})
    assert pairs["predicted"].to_numpy() == pytest.approx(trained(seen[order[30:]]), rel=1e-12)
    _, without = learning_curve(*given)
    assert (pairs["predicted"] != without["predicted"]).any()


def test_a_learning_curve_needs_rows_to_test_on():
    features, values = landscape(20, 1)
    with pytest.raises(ValueError, match="needs more than 20 measurements, there are 20"):
        learning_curve("ridge", features, values, [19], 1, seed=1)


def test_an_objective_with_too_few_values_has_no_curve_and_is_told(capsys):
    space = Instant().space
    samples = with_digests(space, space.sample(12, 1)).assign(
        top1=[*np.arange(5.0), *[np.nan] * 7], latency=np.arange(12.0) ** 2
    )
    kinds = {"top1": "ridge", "latency": "ridge"}
    curve, pairs = learning_curves(Instant(), samples, kinds, [5, 20], 2)
    assert set(curve["objective"]) == set(pairs["objective"]) == {"latency"}
    assert set(curve["rows"]) == {5} and curve["mape"].notna().all()  # one latency is 0
    assert "warning: top1 has no learning curve: 5 different" in capsys.readouterr().out
    curve, pairs = learning_curves(Instant(), samples, {"top1": "auto"}, [5], 2)
    assert curve.empty and pairs.empty
