from itertools import product

import numpy as np
from helpers.spaces import SMALL, trade_off
from pymoo.algorithms.moo.nsga2 import NSGA2, binary_tournament
from pymoo.core.population import Population

from archfront.core.pareto import hypervolume
from archfront.core.space import ElasticParameter, SearchSpace
from archfront.search.crowding import crowded_ranks
from archfront.search.nsga2 import nsga2, tournament, unseen
from archfront.supernets.convolutional.inverted_residual import search_space
from archfront.supernets.convolutional.mobilenetv3 import geometry


def test_tournaments_are_won_as_often_as_pymoos():
    random = np.random.default_rng(3)
    costs = random.integers(0, 5, (12, 2)).astype(float)
    ranks, crowding = crowded_ranks(costs)
    population = Population.new("F", costs, "rank", ranks, "crowding", crowding)
    population.set("CV", np.zeros((12, 1)))
    state = NSGA2(pop_size=12)
    state.random_state = np.random.default_rng(1)
    pairs = np.array([state.random_state.permutation(12)[:2] for _ in range(6000)])
    theirs = np.bincount(binary_tournament(population, pairs, state).ravel(), minlength=12)
    own = np.bincount(tournament(costs, crowding, 6000, random), minlength=12)
    assert abs(own - theirs).max() < 5 * np.sqrt(6000 / 12)
    # Everybody stands in equally many tournaments: the best one wins both of its two each time.
    assert tournament(np.arange(12.0)[:, None], np.zeros(12), 12, random).tolist().count(0) == 2


def test_unseen_are_the_first_of_each_that_is_new():
    assert unseen(np.array([5, 3, 5, 7, 1]), np.array([3, 9])).tolist() == [0, 3, 4]
    assert unseen(np.array([3]), np.array([3])).tolist() == []


SPACE = search_space(geometry(1.0))


def test_nsga2_finds_the_true_front_of_an_enumerable_space():
    evaluate = trade_off(SMALL)
    everything = np.array(list(product(*(range(len(p.values)) for p in SMALL.parameters))))
    truth = evaluate(everything)
    reference, ideal = truth.max(axis=0), truth.min(axis=0)
    exact = hypervolume(truth, reference, ideal)
    for seed in range(3):
        history = nsga2(SMALL, evaluate, 2, 30, 25, 0.9, seed)
        found = hypervolume(history.costs, reference, ideal)
        random = hypervolume(evaluate(SMALL.sample(200, seed)), reference, ideal)
        assert found >= 0.99 * exact and found > random


def test_a_history_holds_every_individual_once_per_generation():
    history = nsga2(SPACE, trade_off(SPACE), 2, 20, 15, 0.9, 1)
    assert len(history.population) == len(history.costs) == len(history.generation) == 300
    assert (np.bincount(history.generation) == 20).all()
    for generation in range(15):
        rows = history.population[history.generation == generation]
        assert len(set(SPACE.keys(rows))) == 20
    assert len(set(SPACE.keys(history.population[history.final]))) == 20
    assert (trade_off(SPACE)(history.population) == history.costs).all()


def test_a_search_is_reproducible_and_seeds_differ():
    run = [nsga2(SPACE, trade_off(SPACE), 2, 20, 10, 0.9, seed).population for seed in (1, 1, 2)]
    assert (run[0] == run[1]).all() and (run[0] != run[2]).any()


def test_the_search_starts_from_what_it_is_given():
    given = SPACE.sample(10, 77)
    history = nsga2(SPACE, trade_off(SPACE), 2, 20, 2, 0.9, 1, given)
    first = SPACE.keys(history.population[history.generation == 0])
    assert set(SPACE.keys(given)) <= set(first) and len(set(first)) == 20


def test_a_space_smaller_than_the_population_is_searched_whole():
    tiny = SearchSpace([ElasticParameter("e", (3, 4)), ElasticParameter("e", (3, 4))])
    history = nsga2(tiny, trade_off(tiny), 2, 50, 3, 0.9, 1)
    assert len(set(tiny.keys(history.population))) == 4
