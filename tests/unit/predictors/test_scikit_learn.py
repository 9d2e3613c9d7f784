import pytest
from helpers.landscapes import landscape

from archfront.core.metrics import tau
from archfront.predictors import predictor


def test_a_regressor_of_the_users_own_sees_one_hot(published):
    network, features = published
    population = network.space.sample(20, 1)
    macs = network.exact("macs", population)
    assert predictor.fit_best("own:Mean", features, population, macs).features == "one_hot"


@pytest.mark.parametrize("kind", ["gradient_boosting", "mlp"])
def test_others_are_tuned_and_repeat_themselves(kind):
    features, values = landscape(60, 2, noise=1.0)
    chosen, error = predictor.tune(kind, features, values)
    assert set(chosen) == set(predictor.GRIDS[kind]) and 0 < error < 1.5
    first, second = (predictor.fit(kind, features, values, chosen) for _ in range(2))
    assert (first(features) == second(features)).all()


def test_any_regressor_of_scikit_learn_can_stand_in_and_repeats_itself(tmp_path):
    features, values = landscape(400, 1)
    kind = "sklearn.ensemble:RandomForestRegressor"
    trained = predictor.fit(kind, features[:300], values[:300])
    assert tau(values[300:], trained(features[300:])) > 0.3
    again = predictor.fit(kind, features[:300], values[:300])
    predictor.save({"top1": again}, tmp_path / "p.npz")
    loaded = predictor.load(tmp_path / "p.npz")["top1"]
    assert (loaded(features) == trained(features)).all()
