import numpy as np
import pytest
from helpers.spaces import SMALL

from archfront.search.evolution import (
    History,
    first_population,
    history_table,
    with_hidden_genes,
)

ROWS = SMALL.sample(12, 3)
"""Twelve distinct sub-networks."""


def cost_of(values):
    """An evaluation that gives these costs to the rows of ``ROWS``."""
    known = dict(zip(SMALL.keys(ROWS), values, strict=True))
    return lambda rows: np.array([np.atleast_1d(known[key]) for key in SMALL.keys(rows)], float)


def never(rows):
    raise AssertionError("nothing is to be evaluated")


@pytest.mark.parametrize("initial", [None, ROWS[:0]])
def test_without_initial_ones_the_first_population_is_random(initial):
    found = [first_population(SMALL, never, 30, seed, initial) for seed in (1, 1, 2)]
    assert all(len(set(SMALL.keys(one))) == len(one) == 30 for one in found)
    assert np.array_equal(found[0], found[1]) and not np.array_equal(found[0], found[2])


def test_of_too_many_initial_ones_the_best_are_kept():
    costs = [5, 0, 7, 2, 9, 4, 11, 1, 8, 3, 10, 6]
    found = first_population(SMALL, cost_of(costs), 4, 1, ROWS)
    assert set(SMALL.keys(found)) == set(SMALL.keys(ROWS[[1, 3, 7, 9]])) and len(found) == 4


def test_the_best_are_those_of_the_first_front_and_far_from_others():
    """Rows 0 to 3 are a front; row 2 is the one that is nearest to its neighbours."""
    costs = [(0, 9), (4, 4), (4.5, 3.5), (9, 0), *[(10, 10)] * 8]
    found = first_population(SMALL, cost_of(costs), 3, 1, ROWS)
    assert set(SMALL.keys(found)) == set(SMALL.keys(ROWS[[0, 1, 3]]))


def test_few_initial_ones_come_first_and_random_ones_fill_up():
    found = first_population(SMALL, cost_of(range(12)), 20, 1, ROWS)
    assert np.array_equal(SMALL.canonical(found[:12]), SMALL.canonical(ROWS))
    assert len(set(SMALL.keys(found))) == len(found) == 20


def test_an_initial_one_that_is_also_drawn_at_random_counts_once():
    drawn = first_population(SMALL, never, 20, 1, None)
    found = first_population(SMALL, lambda rows: np.zeros((len(rows), 2)), 20, 1, drawn[:10])
    assert set(SMALL.keys(drawn[:10])) <= set(SMALL.keys(found))
    assert len(set(SMALL.keys(found))) == len(found) == 20


def test_an_initial_one_that_comes_twice_counts_once():
    twice = np.concatenate([ROWS, with_hidden_genes(SMALL, SMALL.canonical(ROWS), 9)])
    found = first_population(SMALL, cost_of(range(12)), 12, 1, twice)
    assert set(SMALL.keys(found)) == set(SMALL.keys(ROWS))


def test_hidden_genes_are_random_and_change_no_sub_network():
    population = SMALL.canonical(SMALL.sample(200, 1))
    found = with_hidden_genes(SMALL, population, 1)
    hidden = population < 0
    assert hidden.any() and np.array_equal(found[~hidden], population[~hidden])
    assert np.array_equal(SMALL.canonical(found), population)
    for column in np.flatnonzero(hidden.any(axis=0)):
        assert set(found[hidden[:, column], column]) == {0, 1, 2}
    assert np.array_equal(with_hidden_genes(SMALL, population, 1), found)
    assert not np.array_equal(with_hidden_genes(SMALL, population, 2), found)


def test_a_history_is_within_the_bounds_unless_it_says_otherwise():
    given = np.zeros(3, int), SMALL.sample(3, 1), np.zeros((3, 2)), np.arange(3)
    assert History(*given).within.tolist() == [True, True, True]
    assert History(*given, np.array([True, False, True])).within.tolist() == [True, False, True]


def test_the_table_of_a_history_has_values_in_their_units():
    population = SMALL.encode(
        {"d": [d], "ks": [3, 5, 7], "e": [e, 4, 4, 4]} for d, e in ((3, 3), (2, 6), (3, 6))
    )
    costs = np.array([[-70.5, 4.0], [-71.0, 5.0], [-72.5, 6.0]])
    history = History(
        np.array([0, 0, 1]), population, costs, np.array([1, 2]), np.array([True, False, True])
    )
    table = history_table(SMALL, history, ["top1", "latency"])
    front = ["generation", "final", "within", "predicted_top1", "predicted_latency"]
    assert list(table)[:5] == front and set(SMALL.names) < set(table)
    assert table[front].to_numpy().tolist() == [
        [0, 0, 1, 70.5, 4.0],
        [0, 1, 0, 71.0, 5.0],
        [1, 1, 1, 72.5, 6.0],
    ]
    assert table["d_0"].tolist() == [3, 2, 3] and table["e_0"].tolist() == [3, 6, 6]


def test_a_search_that_did_not_take_place_has_a_table_without_rows():
    table = history_table(SMALL, None, ["macs"])
    assert len(table) == 0
    assert list(table) == ["generation", "final", "within", "predicted_macs", *SMALL.names]
