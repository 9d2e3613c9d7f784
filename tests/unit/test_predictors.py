from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kendalltau

from archfront.core.metrics import mape, tau
from archfront.core.space import ElasticParameter, SearchSpace
from archfront.predictors import gaussian_process, predictor
from archfront.predictors.features import Features
from archfront.predictors.kinds import KINDS, MEMBERS
from archfront.predictors.quality import learning_curve
from archfront.predictors.scikit_learn import GRIDS
from archfront.predictors.thermometer_features import ThermometerFeatures
from archfront.supernets.convolutional.inverted_residual import search_space
from archfront.supernets.convolutional.mobilenetv3 import geometry
from archfront.supernets.registry import supernet

SPACE = search_space(geometry(1.0))


def landscape(rows, seed, noise=0.0):
    population = SPACE.sample(rows, seed)
    features = SPACE.one_hot(population)
    weights = np.random.default_rng(0).normal(size=features.shape[1])
    return features, 70 + features @ weights + np.random.default_rng(1).normal(0, noise, rows)


def test_every_kind_with_a_grid_is_listed():
    assert (*MEMBERS, *GRIDS, "ensemble") == KINDS


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


def test_the_gaussian_process_predicts_what_scikit_learn_predicts():
    """Value, deviation and errors on rows left out, with the same hyper-parameters."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel

    features, values = landscape(60, 1, noise=1.0)
    trained = predictor.fit("gaussian_process", features[:40], values[:40])
    linear, amplitude, length, noise = trained.hyper_parameters
    columns = features.shape[1]
    assert (trained.groups == np.zeros(columns)).all()
    kernel = (
        ConstantKernel(linear / columns) * DotProduct(columns**0.5)
        + ConstantKernel(amplitude) * RBF(length * columns**0.5)
        + WhiteKernel(noise)
    )
    model = GaussianProcessRegressor(kernel, optimizer=None, normalize_y=True)
    model.fit(features[:40], values[:40])
    expected, deviation = model.predict(features, return_std=True)
    value = trained(features)
    own = trained.confidence_bound(features, 1.0) - value
    assert value == pytest.approx(expected)
    assert (trained.confidence_bound(features, 0.0) == value).all()
    without_noise = deviation[40:] ** 2 - trained.scale**2 * noise
    assert own[40:] ** 2 == pytest.approx(without_noise, rel=1e-6)
    target = (values[:40] - trained.mean) / trained.scale
    model = GaussianProcessRegressor(kernel, optimizer=None)
    errors = gaussian_process.left_out(trained.weights, trained.root)
    for row in range(3):
        others = np.delete(np.arange(40), row)
        guess = model.fit(features[others], target[others]).predict(features[[row]])[0]
        assert errors[row] == pytest.approx(target[row] - guess)


def test_the_gaussian_process_finds_the_best_hyper_parameters():
    """No step from them raises the posterior density, whose slope is computed by hand."""
    features, values = landscape(50, 3, noise=1.0)
    target = (values - values.mean()) / values.std()
    groups = np.minimum(np.arange(features.shape[1]) // 60, 1)
    found = np.log(gaussian_process.tuned(features, target, groups))
    expected = gaussian_process.prior_logarithms(groups)
    assert np.exp(expected) == pytest.approx([0.5, 0.5, 0.3, 3.0, 0.01])

    def density(logarithms):
        weights, root = gaussian_process.fit(features, target, groups, np.exp(logarithms))
        prior = ((logarithms - expected) / gaussian_process.PRIOR_LOG_STD) ** 2
        return -target @ weights / 2 + np.log(np.diag(root)).sum() - prior.sum() / 2

    for place in range(5):
        for step in (-0.2, 0.2):
            assert density(found + step * np.eye(5)[place]) < density(found)


def test_a_kernel_with_groups_by_hand():
    """Two columns that add up and one that bends, too."""
    x, y = np.array([[1.0, 2.0, 3.0]]), np.array([[3.0, 0.5, 1.0], [0.0, 0.0, 3.0]])
    groups, shape = np.array([0, 0, 1]), np.array([0.4, 0.1, 2.0, 1.0])
    first = 0.4 * (1 + (3 + 1) / 2) + 0.1 * (1 + 3) + 2 * np.exp(-4 / 2)
    second = 0.4 + 0.1 * (1 + 9) + 2
    found = gaussian_process.kernel(x, y, groups, shape)
    assert found == pytest.approx(np.array([[first, second]]))


def test_a_gaussian_process_sees_which_group_of_columns_matters():
    random = np.random.default_rng(0)
    features, groups = random.normal(size=(60, 20)), np.arange(20) % 2
    weights = np.where(groups == 1, random.normal(size=20), 0)
    target = predictor.standardised(features @ weights + random.normal(0, 0.1, 60))[0]
    nothing, everything, *_ = gaussian_process.tuned(features, target, groups)
    assert everything > 20 * nothing
    told, silent = (
        predictor.fit("gaussian_process", features, target, predictor.tune(*given)[0])
        for given in (
            ("gaussian_process", features, target, groups),
            ("gaussian_process", features, target),
        )
    )
    new = random.normal(size=(200, 20))
    wrong = [np.abs(one(new) - one(new * 0) - new @ weights).mean() for one in (told, silent)]
    assert told.groups is groups and wrong[0] < wrong[1]


def test_the_last_group_holds_what_is_no_code():
    network = supernet("ofa_mbv3_w1.0")
    features, rows = Features(network), network.space.sample(50, 0)
    for name in features.names:
        groups, seen = features.groups(name), features(rows, name)
        assert groups.shape == seen.shape[1:]
        assert set(groups) == {*range(groups.max() + 1)}
        codes = np.isin(seen, (0.0, 1.0)).all(axis=0)
        assert codes[groups < groups.max()].all()
        if groups.max():
            assert not codes[groups == groups.max()].any()
    assert features.groups("thermometer").max() == 3  # depths, expansion ratios, kernel sizes


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


def test_thermometer_features_by_hand():
    from instant import Instant

    network = Instant()
    thermometer = ThermometerFeatures(network)
    small, large = thermometer(network.space.extremes())
    codes = (network.space.cardinalities - 1).sum()
    # Of the smallest no value exceeds the first; of the largest all do.
    assert (small[:codes] == 0).all() and (large[:codes] == 1).all()
    assert (small[codes:] < large[codes:]).all()
    hidden = network.space.extremes()[:1].copy()
    hidden[0, 2] = 2  # the third block of a stage of one block
    assert (thermometer(hidden) == small).all()
    sums = thermometer._members
    # Blocks of each of three stages by kind, of all stages by kind, the depths.
    assert sums.shape == (21, 9) and sorted(sums.sum(axis=0)) == [3] * 7 + [9] * 2


def test_a_space_without_stages_has_codes_only():
    from instant import Instant

    class Flat(Instant):
        def __init__(self):
            self.space = SearchSpace([ElasticParameter(kind, (1, 2)) for kind in ("a", "b")])

    assert ThermometerFeatures(Flat())(Flat().space.extremes()).tolist() == [[0, 0], [1, 1]]


@pytest.fixture(scope="module")
def published():
    network = supernet({"name": "ofa_mbv3_w1.2", "resolution": [128, 176, 224]})
    return network, Features(network)


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


def test_closed_forms_are_standardised_over_the_space(published):
    network, features = published
    some = features(network.space.sample(2000, 5), "stages")
    assert abs(some.mean(axis=0)).max() < 0.2 and abs(some.std(axis=0) - 1).max() < 0.2
    both = features(network.space.sample(10, 5), "both")
    assert both.shape[1] == some.shape[1] + network.space.cardinalities.sum()


@pytest.mark.parametrize("name", ["ofa_mbv3_w1.0", "ofa_proxyless_w1.3", "ofa_resnet50"])
def test_the_parts_of_the_stages_sum_to_the_whole(name):
    """Of inverted-residual networks fixed layers and squeeze-and-excitation are left out."""
    network = supernet(name)
    population = network.space.sample(50, 1)
    parts = network._costs.parts(population)
    macs, params = network.exact("macs", population), network.exact("params", population)
    summed = parts[..., :2].sum(axis=(1, 2))
    if name == "ofa_resnet50":
        assert summed == pytest.approx(macs) and parts[..., 3].sum(axis=1) == pytest.approx(params)
    else:
        assert (summed < macs).all() and np.corrcoef(summed, macs)[0, 1] > 0.999
    depths = [name for name in network.space.names if name.startswith("d_")]
    assert parts.shape[1] >= len(depths)


def test_a_super_network_has_the_features_that_it_knows():
    from instant import Instant

    assert Features(Instant()).names == ("one_hot", "thermometer", "blocks")

    class Opaque(Instant):
        def blocks(self, population):
            return None

    assert Features(Opaque()).names == ("one_hot", "thermometer")


def test_block_counts_by_hand():
    from instant import Instant

    network = Instant()
    features = Features(network)
    smallest, largest = features(network.space.extremes(), "blocks")
    # Three stages: of one 3 x 3 block with expansion 3 each, and of three 7 x 7 blocks with 6.
    assert smallest.tolist() == [3, 0, 0, 0, 0, 0, 0, 0, 0]
    assert largest.tolist() == [0, 0, 0, 0, 0, 0, 0, 0, 9]


def test_a_look_up_table_is_summed_and_misses_nothing():
    import pandas as pd
    from instant import Instant

    from archfront.predictors.look_up import summed

    network = Instant()
    features, population = Features(network), network.space.sample(30, 1)
    table = pd.DataFrame({"block": range(9), "latency": np.arange(1.0, 10.0)})
    expected = [sum(number + 1.0 for number in row if number >= 0)
                for row in network.blocks(population)]  # fmt: skip
    assert summed(network.blocks(population), table).tolist() == expected
    trained = predictor.from_look_up_table(features, table)
    assert trained(features(population, trained.features)).tolist() == pytest.approx(expected)
    with pytest.raises(ValueError, match=r"lacks the blocks \[8\]"):
        predictor.from_look_up_table(features, table[:8])


def test_a_regressor_of_the_users_own_sees_one_hot(published):
    network, features = published
    population = network.space.sample(20, 1)
    macs = network.exact("macs", population)
    assert predictor.fit_best("own:Mean", features, population, macs).features == "one_hot"


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


@pytest.mark.parametrize("kind", ["gradient_boosting", "mlp"])
def test_others_are_tuned_and_repeat_themselves(kind):
    features, values = landscape(60, 2, noise=1.0)
    chosen, error = predictor.tune(kind, features, values)
    assert set(chosen) == set(predictor.GRIDS[kind]) and 0 < error < 1.5
    first, second = (predictor.fit(kind, features, values, chosen) for _ in range(2))
    assert (first(features) == second(features)).all()


def test_a_constant_objective_is_predicted_as_constant():
    features, _ = landscape(30, 1)
    assert predictor.fit("ridge", features, np.full(30, 5.0))(features) == pytest.approx(5)


def test_unknown_kinds_and_too_few_rows_are_refused():
    features, values = landscape(5, 1)
    with pytest.raises(ValueError, match=r"'mpl' is unknown; allowed: auto, ridge, svr.*'mlp'"):
        predictor.fit("mpl", features, values)
    with pytest.raises(ValueError, match="at least 2 measurements, there are 1"):
        predictor.fit("ridge", features[:1], values[:1])


def test_quality_by_hand():
    actual, predicted = np.array([100.0, 50.0, 25.0]), np.array([110.0, 45.0, 25.0])
    assert mape(actual, predicted) == pytest.approx((10 + 10 + 0) / 3)
    assert tau(actual, predicted) == 1
    assert tau(actual, -predicted) == -1
    assert np.isnan(tau(actual, np.ones(3)))
    assert tau(actual, predicted) == kendalltau(actual, predicted).statistic


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


def test_any_regressor_of_scikit_learn_can_stand_in_and_repeats_itself(tmp_path):
    features, values = landscape(400, 1)
    kind = "sklearn.ensemble:RandomForestRegressor"
    trained = predictor.fit(kind, features[:300], values[:300])
    assert tau(values[300:], trained(features[300:])) > 0.3
    again = predictor.fit(kind, features[:300], values[:300])
    predictor.save({"top1": again}, tmp_path / "p.npz")
    loaded = predictor.load(tmp_path / "p.npz")["top1"]
    assert (loaded(features) == trained(features)).all()


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
