"""archfront's HDBSCAN beside the hdbscan package's."""

import numba
import numpy as np
import pytest
from hdbscan import HDBSCAN
from helpers.spaces import trade_off
from numba.core.caching import CacheImpl
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist
from sklearn.metrics import adjusted_rand_score

from archfront.search.hdbscan_binary import (
    compiled,
    core_distances,
    hdbscan_labels,
    packed,
    spanning_tree,
)
from archfront.search.nsga2 import nsga2
from archfront.supernets.convolutional.inverted_residual import search_space
from archfront.supernets.convolutional.mobilenetv3 import geometry

SPACE = search_space(geometry(1.0))


def test_where_no_folder_can_be_written_functions_are_compiled_anew(monkeypatch):
    monkeypatch.setattr(CacheImpl, "_locator_classes", [])

    def twice(number):
        return 2 * number

    with pytest.raises(RuntimeError, match="no locator available"):
        numba.njit(cache=True)(twice)
    made = compiled(twice)
    assert made(4) == 8 and made.signatures


def rows_of(numbers, columns, values, seed=0):
    return np.random.default_rng(seed).integers(-1, values - 1, (numbers, columns))


@pytest.fixture(scope="module")
def history():
    """What NSGA-II visited: 3,000 rows, many of them equal."""
    found = nsga2(SPACE, trade_off(SPACE), 2, 60, 50, 0.9, 1).population
    return SPACE.canonical(found)


# Packed columns only, more of them than a word has bits, wide ones only, both.
SHAPES = [(45, 4), (130, 3), (5, 26), (1, 2)]


@pytest.mark.parametrize(("columns", "values"), SHAPES)
def test_core_distances_and_spanning_trees_are_those_of_all_pairs(columns, values):
    rows = rows_of(90, columns, values)
    rows[60:] = rows[:30]
    rows[:, 0] *= 3  # one column at least with gaps
    planes, wide = packed(rows)
    assert planes.shape[0] * 64 + len(wide) >= columns
    squares = cdist(rows, rows, "sqeuclidean").round().astype(int)
    cores = core_distances(planes, wide, 5)
    assert (cores == np.sort(squares, axis=1)[:, 4]).all()
    mutual = np.maximum(np.maximum(squares, cores), cores[:, None])
    edges, lengths = spanning_tree(planes, wide, cores)
    assert (lengths == mutual[edges[:, 0], edges[:, 1]]).all()
    assert sorted({*edges.ravel()}) == list(range(90))
    tree = minimum_spanning_tree(mutual + 1)  # zeros would count as missing
    assert lengths.sum() + len(lengths) == tree.sum()


@pytest.mark.parametrize("seed", range(3))
def test_labels_are_those_of_the_package(history, seed):
    rows = history[np.random.default_rng(seed).permutation(len(history))[: 1000 * (seed + 1)]]
    theirs = HDBSCAN(min_cluster_size=20, min_samples=5, algorithm="prims_kdtree")
    ours = hdbscan_labels(rows, 20, 5)
    assert (ours == theirs.fit_predict(rows.astype(float))).all() and ours.max() > 0


def test_wide_columns_are_clustered_alike(history):
    rows = np.column_stack([history[:900], rows_of(900, 1, 25)])
    theirs = HDBSCAN(min_cluster_size=20, min_samples=5, algorithm="prims_kdtree")
    ours = hdbscan_labels(rows, 20, 5)
    assert adjusted_rand_score(ours, theirs.fit_predict(rows.astype(float))) == 1
