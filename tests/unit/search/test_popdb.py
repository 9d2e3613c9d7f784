import numpy as np
import pytest
from hdbscan import HDBSCAN
from helpers.spaces import trade_off
from sklearn.metrics import adjusted_rand_score

from archfront.core.space import ElasticParameter, SearchSpace
from archfront.search import popdb
from archfront.search.nsga2 import nsga2
from archfront.supernets.convolutional.inverted_residual import search_space
from archfront.supernets.convolutional.mobilenetv3 import geometry

SPACE = search_space(geometry(1.0))
TINY = SearchSpace(
    [
        ElasticParameter("d", (1, 2)),
        ElasticParameter("ks", (3, 5, 7), controller=0, threshold=1),
        ElasticParameter("ks", (3, 5, 7), controller=0, threshold=2),
    ]
)
THRESHOLDS = {"ks": 0.01, "e": 0.01, "d": 0.01}


def test_frequencies_count_active_places_of_clustered_rows_by_hand():
    population = np.array([[0, 0, 2], [0, 1, 2], [1, 1, 0], [1, 1, 1], [1, 2, 2]])
    labels = np.array([0, 0, 0, 1, -1])
    table = popdb.frequencies(TINY, population, labels).set_index(["parameter", "value"])
    shares = table["frequency"]
    assert shares["d_0"].tolist() == [0.5, 0.5]
    assert shares["ks_0"].tolist() == [0.25, 0.75, 0.0]
    # The second kernel is active in two of the clustered rows only.
    assert shares["ks_1"].tolist() == [0.5, 0.5, 0.0]


def test_a_planted_cluster_removes_exactly_the_planted_values():
    rng = np.random.default_rng(0)
    planted = {"ks_0": 2, "ks_1": 0, "e_0": 1, "e_1": 1, "d_4": 2}
    population = SPACE.sample(1, 1).repeat(400, axis=0)
    population[:, 40:44] = 0
    for name, value in planted.items():
        population[:, SPACE.names.index(name)] = value
    # Everything else is free within the cluster at a few places only, so that it stays dense.
    free = [SPACE.names.index(n) for n in ("ks_4", "e_4", "d_3")]
    population[:, free] = rng.integers(0, 3, (400, 3))
    noise = SPACE.sample(60, 2)
    both = np.concatenate([population, noise])
    labels = popdb.clusters(SPACE, both, 50, 10)
    assert (labels[:400] >= 0).all() and (labels[400:] == popdb.NOISE).mean() > 0.9
    content, _ = popdb.constrain(SPACE, both, labels, THRESHOLDS)
    allowed = content["allowed"]
    for name, value in planted.items():
        parameter = SPACE.parameters[SPACE.names.index(name)]
        assert allowed[name] == [parameter.values[value]]
    assert all(len(allowed[SPACE.names[place]]) == 3 for place in free)
    assert int(content["subnetworks_after"]) < int(content["subnetworks_before"]) == SPACE.size
    # A place that is never active in the cluster keeps its values, and a warning says so.
    assert allowed["ks_3"] == [3, 5, 7] and any("ks_3" in w for w in content["warnings"])


def test_all_noise_keeps_the_space_and_warns(capsys):
    population = SPACE.sample(200, 3)
    content, _ = popdb.constrain(SPACE, population, np.full(200, popdb.NOISE), THRESHOLDS)
    assert SPACE.constrain(content["allowed"]).size == SPACE.size
    assert content["clusters"] == 0 and "kept as it was" in capsys.readouterr().err


def test_a_parameter_that_would_lose_every_value_is_kept():
    population = TINY.sample(9, 1)
    table = popdb.frequencies(TINY, population, np.zeros(9, int))
    allowed, warnings = popdb.constraint(table, {"ks": 0.9, "d": 0.0})
    assert allowed["ks_0"] == [3, 5, 7] and "ks_0" in warnings[0]


def test_thresholds_differ_by_kind():
    population = TINY.sample(12, 1)
    table = popdb.frequencies(TINY, population, np.zeros(len(population), int))
    strict, _ = popdb.constraint(table, {"ks": 0.34, "d": 0.0})
    loose, _ = popdb.constraint(table, {"ks": 0.0, "d": 0.0})
    assert loose["ks_0"] == [3, 5, 7] and strict["d_0"] == loose["d_0"]


def test_the_threshold_of_a_parameter_replaces_that_of_its_kind():
    population = np.array([[1, 0, 0]] * 8 + [[1, 1, 1]] * 2)
    table = popdb.frequencies(TINY, population, np.zeros(10, int))
    allowed, _ = popdb.constraint(table, {"ks": 0.1, "d": 0.0, "ks_0": 0.2})
    assert allowed["ks_0"] == [3] and allowed["ks_1"] == [3, 5]
    allowed, _ = popdb.constraint(table, {"ks": 0.2, "d": 0.0, "ks_0": 0.1})
    assert allowed["ks_0"] == [3, 5] and allowed["ks_1"] == [3]


def test_a_threshold_for_a_kind_is_not_taken_for_that_of_a_parameter_of_this_name():
    names = [ElasticParameter("ks", (3, 5)), ElasticParameter("ks_0", (3, 5))]
    table = popdb.frequencies(
        SearchSpace(names), np.array([[0, 0]] * 8 + [[1, 1]] * 2), np.zeros(10)
    )
    allowed, _ = popdb.constraint(table, {"ks": 0.1, "ks_0": 0.2})
    assert allowed == {"ks_0": [3, 5], "ks_0_0": [3]}


def test_the_package_clusters_as_it_does_by_default():
    """On what NSGA-II visited its labels differ from the exact ones."""
    population = nsga2(SPACE, trade_off(SPACE), 2, 60, 50, 0.9, 1).population
    exact, package = (popdb.clusters(SPACE, population, 30, 5, one) for one in popdb.CLUSTERINGS)
    rows = SPACE.canonical(population).astype(float)
    assert np.array_equal(package, HDBSCAN(30, 5).fit_predict(rows))
    assert np.array_equal(exact, popdb.clusters(SPACE, population, 30, 5))
    assert 0 < adjusted_rand_score(exact, package) < 1


def test_fewer_rows_than_a_cluster_are_noise():
    assert (popdb.clusters(SPACE, SPACE.sample(20, 1), 50, 10) == popdb.NOISE).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_clustering_is_reproducible(seed):
    population = np.concatenate([SPACE.sample(200, seed), SPACE.sample(1, 5).repeat(80, axis=0)])
    runs = [popdb.clusters(SPACE, population, 30, 5) for _ in range(2)]
    assert (runs[0] == runs[1]).all()
