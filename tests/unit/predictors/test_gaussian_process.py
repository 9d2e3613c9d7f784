import numpy as np
import pytest
from helpers.landscapes import landscape, trained_on

from archfront.predictors import gaussian_process, predictor
from archfront.predictors.gaussian_process import GaussianProcess, OutputTransform


def process(posterior, groups, hyper_parameters):
    given = posterior.centres, posterior.weights, posterior.root, groups, hyper_parameters
    return GaussianProcess("gaussian_process", *given, 0.0, 1.0)


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


@pytest.mark.parametrize("centres", [None, 4])
def test_the_density_of_rows_left_out_is_that_of_training_without_them(centres):
    random = np.random.default_rng(0)
    seen, target = random.normal(size=(12, 3)), random.normal(size=12)
    groups, shape = np.array([0, 0, 1]), np.array([0.7, 0.3, 0.5, 2.0, 0.1])

    def trained(rows):
        given = seen[rows], target[rows], groups, shape
        if centres is None:
            return gaussian_process.fit(*given)
        return gaussian_process.sparse(*given, seen[:centres] + 0.1)

    expected = 0.0
    for row in range(12):
        without = process(trained(np.delete(np.arange(12), row)), groups, shape)
        mean = without(seen[[row]])[0]
        variance = (without.confidence_bound(seen[[row]], 1.0)[0] - mean) ** 2 + shape[-1]
        expected -= 0.5 * (np.log(2 * np.pi * variance) + (target[row] - mean) ** 2 / variance)
    found = trained(np.arange(12))
    assert found.log_density() == pytest.approx(expected)
    assert found.errors[11] == pytest.approx(target[11] - mean)


def test_an_approximate_gaussian_process_with_all_rows_as_centres_is_exact():
    features, values = landscape(60, 1, noise=1.0)
    target, groups = predictor.standardised(values)[0], np.arange(features.shape[1]) % 2
    shape = gaussian_process.tuned(features, target, groups)
    given = features[:50], target[:50], groups, shape
    order = np.random.default_rng(0).permutation(50)
    exact = gaussian_process.fit(*given)
    approximate = gaussian_process.sparse(*given, features[order])
    one, other = process(exact, groups, shape), process(approximate, groups, shape)
    assert other(features) == pytest.approx(one(features), abs=1e-5)
    bounds = (which.confidence_bound(features, 2.0) for which in (one, other))
    assert next(bounds) == pytest.approx(next(bounds), abs=1e-5)
    assert approximate.errors == pytest.approx(exact.errors, abs=1e-5)
    assert approximate.variances == pytest.approx(exact.variances, abs=1e-5)


def test_an_approximate_gaussian_process_by_hand():
    """Two rows and one centre, which is the first row. The kernel is ``1 + x y`` (the amplitude of
    the RBF kernel is next to nothing): 2 at the centre, 1 between it and the second row, and 1 at
    the second row. The centre determines 1/2 of that variance, so the second row has the noise 1/2
    more."""
    groups, shape = np.array([0]), np.array([1.0, 1e-300, 1.0, 0.25])
    x, target = np.array([[1.0], [0.0]]), np.array([3.0, 1.0])
    found = gaussian_process.sparse(x, target, groups, shape, x[:1])
    kernel, noises = np.array([2.0, 1.0]), np.array([0.25, 0.75])
    precision = 2 + (kernel**2 / noises).sum()  # of the weight: 2 is its prior
    weight = (kernel * target / noises).sum() / precision
    assert found.weights == pytest.approx([weight])
    deviation = process(found, groups, shape).confidence_bound(np.array([[2.0]]), 1.0) - 3 * weight
    # The prior variance is 1 + 2 * 2; the kernel with the centre is 3.
    assert deviation**2 == pytest.approx(5 - 3**2 / 2 + 3**2 / precision)


@pytest.fixture
def few_centres(monkeypatch):
    monkeypatch.setattr(gaussian_process, "CENTRES", 200)
    monkeypatch.setattr(gaussian_process, "TUNING_ROWS", 100)


def test_many_rows_train_no_worse_than_few(few_centres):
    """Time and memory of the approximation are those of its centres."""
    features, values = landscape(1100, 1, noise=1.0)
    _, true = landscape(1100, 1)
    errors = []
    for rows in (200, 800):
        trained = predictor.fit("gaussian_process", features[:rows], values[:rows])
        assert len(trained.centres) == 200 and trained.root.shape == (200, 200)
        errors.append(np.abs(trained(features[800:]) - true[800:]).mean())
    assert errors[1] < 0.7 * errors[0]


def test_a_few_random_rows_tune_what_many_train(few_centres):
    features, values = landscape(150, 1, noise=1.0)
    groups, target = np.zeros(features.shape[1], int), predictor.standardised(values)[0]
    some = gaussian_process.random_rows(150, 100)
    assert len(set(some)) == 100
    found = gaussian_process.tuned(features, target, groups)
    assert (found == gaussian_process.tuned(features[some], target[some], groups)).all()


def test_500_rows_train_an_exact_gaussian_process(monkeypatch):
    """The searches of earlier versions keep their proposals."""
    features, values = landscape(500, 1, noise=1.0)
    usual = predictor.fit("gaussian_process", features, values)
    monkeypatch.setattr(gaussian_process, "CENTRES", 10**6)
    monkeypatch.setattr(gaussian_process, "TUNING_ROWS", 10**6)
    exact = predictor.fit("gaussian_process", features, values)
    assert (usual.hyper_parameters == exact.hyper_parameters).all()
    assert (usual.root == exact.root).all() and (usual.weights == exact.weights).all()


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
    given = trained.groups, trained.hyper_parameters
    errors = gaussian_process.fit(features[:40], target, *given).errors
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
        fitted = gaussian_process.fit(features, target, groups, np.exp(logarithms))
        prior = ((logarithms - expected) / gaussian_process.PRIOR_LOG_STD) ** 2
        determinant = np.log(np.diag(fitted.root)).sum()
        return -target @ fitted.weights / 2 + determinant - prior.sum() / 2

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
