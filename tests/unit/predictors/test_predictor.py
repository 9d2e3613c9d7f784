from dataclasses import replace

import numpy as np
import own
import pytest
from helpers.landscapes import landscape

from archfront.core.metrics import mape, tau
from archfront.core.registry import ConfigError
from archfront.predictors import predictor
from archfront.predictors.features import Features
from archfront.predictors.kinds import KINDS, MEMBERS


@pytest.mark.parametrize("kind", KINDS)
def test_a_predictor_learns_an_additive_landscape(kind):
    features, values = landscape(400, 1)
    trained = predictor.fit(kind, features[:300], values[:300])
    least = 0.5 if kind == "gradient_boosting" else 0.85
    assert tau(values[300:], trained(features[300:])) > least


@pytest.mark.parametrize("kind", ["ridge", "svr"])
def test_numpy_predicts_what_scikit_learn_predicts(kind):
    from sklearn.linear_model import Ridge
    from sklearn.svm import SVR

    features, values = landscape(80, 1, noise=1.0)
    chosen = {"alpha": 3.0} if kind == "ridge" else {"C": 2.0, "gamma": 0.02, "epsilon": 0.1}
    model = {"ridge": Ridge, "svr": SVR}[kind](**chosen)
    target = (values - values.mean()) / values.std()
    expected = values.mean() + values.std() * model.fit(features, target).predict(features)
    assert predictor.fit(kind, features, values, chosen)(features) == pytest.approx(expected)


def test_auto_takes_the_kind_with_the_smaller_error_and_says_so(capsys):
    from instant import Instant

    network = Instant()
    population = network.space.sample(60, 1)
    size = network.exact("macs", population)
    features = Features(network)
    bent = 100 - 30 * np.exp(-size / 20) + 3 * np.sin(population[:, 0] * population[:, 9])
    trained = predictor.fit_best("auto", features, population, bent)
    assert trained.kind == "gaussian_process" and "rows left out" in capsys.readouterr().out
    assert predictor.fit_best("auto", features, population, size).kind == "ridge"


@pytest.mark.parametrize("kind", MEMBERS)
def test_closed_forms_are_chosen_for_what_adds_up_and_one_hot_for_what_does_not(published, kind):
    network, features = published
    population = network.space.sample(120, 1)
    macs = network.exact("macs", population)
    assert predictor.select(kind, features, population, macs)[1] in ("stages", "both")
    first = predictor.fit_best(kind, features, population[:80], macs[:80])
    predicted = first(features(population[80:], first.features))
    assert mape(macs[80:], predicted) < 5
    kernels = (population[:, :6] == 1).sum(axis=1) * (population[:, 40:43].min(axis=1) >= 0)
    odd = kernels + 0.5 * (population[:, 0] == 2)
    assert predictor.select(kind, features, population, odd.astype(float))[1] != "stages"


def test_saved_predictors_predict_the_same(tmp_path):
    features, values = landscape(60, 2, noise=1.0)
    trained = {kind: predictor.fit(kind, features, values) for kind in KINDS}
    trained["svr"] = replace(trained["svr"], features="both")
    predictor.save(trained, tmp_path / "predictors.npz")
    loaded = predictor.load(tmp_path / "predictors.npz")
    for kind in KINDS:
        assert (loaded[kind](features) == trained[kind](features)).all()
        assert loaded[kind].features == trained[kind].features


def test_an_ensemble_is_the_mean_of_its_members():
    features, values = landscape(60, 2, noise=1.0)
    members = [predictor.fit(kind, features, values)(features) for kind in MEMBERS]
    ensemble = predictor.fit("ensemble", features, values)
    assert ensemble(features) == pytest.approx(np.mean(members, axis=0))


def test_a_constant_objective_is_predicted_as_constant():
    features, _ = landscape(30, 1)
    assert predictor.fit("ridge", features, np.full(30, 5.0))(features) == pytest.approx(5)


def test_unknown_kinds_and_too_few_rows_are_refused():
    features, values = landscape(5, 1)
    with pytest.raises(ValueError, match=r"'mpl' is unknown; allowed: auto, ridge, svr.*'mlp'"):
        predictor.fit("mpl", features, values)
    with pytest.raises(ValueError, match="at least 2 measurements, there are 1"):
        predictor.fit("ridge", features[:1], values[:1])


def test_a_predictor_that_answers_something_else_is_told_so():
    features, values = landscape(20, 1)
    assert predictor.fit("own:Mean", features, values)(features[:3]) == pytest.approx(values.mean())
    wrong = predictor.fit("own:Column", features, values)
    with pytest.raises(ValueError, match=r"own:Column: predict\(\) must give 5 .*shape \(5, 1\)"):
        wrong(features[:5])


def test_predictors_of_version_0_1_0_are_read(tmp_path):
    """Version 0.1.0 called the thermometer features bending."""
    from instant import Instant

    network, features, values = Instant(), np.eye(5), np.arange(5.0)
    old = replace(predictor.fit("ridge", features, values), features="bending")
    predictor.save({"top1": old}, tmp_path / "old.npz")
    assert predictor.load(tmp_path / "old.npz")["top1"].features == "thermometer"
    with pytest.raises(ValueError, match="features: 'bending' is unknown; allowed: one_hot, "):
        Features(network)(network.space.sample(2, 1), "bending")


@pytest.mark.parametrize("kind", ["ridge", "svr", "gaussian_process"])
@pytest.mark.parametrize("power", [-30, 40, 1015])
def test_predictions_are_the_same_in_every_unit(kind, power):
    features, values = landscape(60, 2, noise=1.0)
    usual, other = (predictor.fit(kind, features, v) for v in (values, values * 2.0**power))
    assert (other(features) == usual(features) * 2.0**power).all()


def test_a_regressor_is_named_by_its_class(monkeypatch):
    """An object would be called, and an object can do anything where it is called."""
    monkeypatch.setattr(own, "regressor", own.Mean(), raising=False)
    assert predictor.regressor("predictors.top1", "own:Mean") is own.Mean
    with pytest.raises(ConfigError, match=r"'own:regressor' is no class with fit.* type Mean"):
        predictor.regressor("predictors.top1", "own:regressor")
