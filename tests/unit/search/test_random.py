import numpy as np
from helpers.spaces import SMALL, trade_off

from archfront.search.algorithms import algorithm
from archfront.search.crowding import crowded_ranks


def test_random_search_visits_distinct_sub_networks_and_keeps_the_best():
    evaluate, given = trade_off(SMALL), SMALL.sample(4, 9)
    history = algorithm("random", 2)(SMALL, evaluate, 2, 20, 10, 0.9, 1, given)
    keys = SMALL.keys(history.population)
    assert len(set(keys)) == len(keys) == 200 and set(SMALL.keys(given)) <= set(keys)
    assert (np.bincount(history.generation) == 20).all() and len(history.final) == 20
    ranks, _ = crowded_ranks(history.costs)
    assert ranks[history.final].max() <= np.delete(ranks, history.final).min()
