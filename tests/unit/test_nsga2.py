"""archfront's NSGA-II beside pymoo's: equal where it is exact, alike where it is drawn."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pymoo.algorithms.moo.nsga2 import NSGA2, binary_tournament
from pymoo.core.population import Population
from pymoo.core.problem import Problem
from pymoo.operators.survival.rank_and_crowding import RankAndCrowding
from test_search import SMALL, trade_off

from archfront.core.pareto import hypervolume
from archfront.core.space import SearchSpace
from archfront.search.algorithms import algorithm
from archfront.search.crowding import crowded_ranks, survivors
from archfront.search.nsga2 import tournament, unseen

COSTS = st.integers(2, 4).flatmap(
    lambda m: st.integers(1, 30).flatmap(
        lambda n: arrays(float, (n, m), elements=st.integers(0, 6).map(float))
    )
)


@given(COSTS, st.data())
def test_ranks_crowding_and_survival_are_pymoos(costs, data):
    count = data.draw(st.integers(1, len(costs)))
    whole = Population.new("F", costs, "number", np.arange(len(costs)))
    problem = Problem(n_var=1, n_obj=costs.shape[1])
    state = np.random.default_rng(0)
    RankAndCrowding().do(problem, whole, n_survive=len(costs), random_state=state)
    ranks, crowding = crowded_ranks(costs)
    assert (ranks == whole.get("rank")).all()
    assert np.allclose(crowding, whole.get("crowding").astype(float))
    kept = RankAndCrowding().do(problem, whole, n_survive=count, random_state=state)
    own, _ = survivors(costs, count, state)
    theirs = kept.get("number").astype(int)
    # Ties are broken at random: what is kept is alike in rank and crowding.
    key = np.round(np.stack([ranks, np.minimum(crowding, 1e9)], axis=1), 9)
    assert sorted(map(tuple, key[own])) == sorted(map(tuple, key[theirs]))


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


@given(st.integers(0, 10**6))
def test_hashes_are_equal_exactly_where_keys_are(seed):
    rows = np.concatenate([SMALL.sample(40, seed), SMALL.sample(40, seed + 1)])
    numbers = dict(zip(SMALL.keys(rows), SMALL.hashes(rows).tolist(), strict=True))
    assert len(set(numbers.values())) == len(numbers) == len(set(SMALL.hashes(rows).tolist()))


@pytest.mark.parametrize("name", ["nsga2", "u_nsga3", "moead", "age_moea", "r_nsga2"])
def test_every_algorithm_finds_the_true_front_of_an_enumerable_space(name):
    """At least 99 % of its hypervolume, and more than random search, in ten of ten seeds."""
    found_in(SMALL, name, 60, 40)


def test_mo_cma_es_finds_it_in_a_space_that_it_does_not_exhaust():
    """28,431 sub-networks: of 3,159 it would visit nearly all."""
    larger = SearchSpace([*SMALL.parameters, *SMALL.parameters[-2:]])
    found_in(larger, "mo_cma_es", 100, 80)


def found_in(space, name, size, generations):
    evaluate = trade_off(space)
    everything = np.array(list(product(*(range(len(p.values)) for p in space.parameters))))
    truth = evaluate(everything)
    corners = truth.max(axis=0), truth.min(axis=0)
    exact = hypervolume(truth, *corners)
    for seed in range(10):
        history = algorithm(name, 2)(space, evaluate, 2, size, generations, 0.9, seed)
        assert (
            len(set(space.keys(history.population))) == len(history.population) or name == "nsga2"
        )
        found = hypervolume(history.costs, *corners)
        random = space.sample(len(set(space.keys(history.population))), seed)
        assert found >= 0.99 * exact and found > hypervolume(evaluate(random), *corners)


@pytest.mark.parametrize("name", ["ga", "nsga2"])
def test_a_single_objective_has_its_optimum_found(name):
    evaluate = trade_off(SMALL)
    everything = np.array(list(product(*(range(len(p.values)) for p in SMALL.parameters))))
    best = evaluate(everything)[:, 0].min()
    for seed in range(10):
        history = algorithm(name, 1)(
            SMALL, lambda rows: evaluate(rows)[:, :1], 1, 60, 40, 0.9, seed
        )
        assert history.costs[history.final].min() == history.costs.min() == best


@pytest.mark.parametrize("name", ["nsga2", "u_nsga3", "moead", "age_moea", "r_nsga2", "mo_cma_es"])
def test_three_objectives(name):
    evaluate = trade_off(SMALL)

    def three(rows):
        return np.column_stack([evaluate(rows), (SMALL.canonical(rows) == 1).sum(axis=1)])

    everything = np.array(list(product(*(range(len(p.values)) for p in SMALL.parameters))))
    truth = three(everything)
    corners = truth.max(axis=0), truth.min(axis=0)
    history = algorithm(name, 3)(SMALL, three, 3, 60, 40, 0.9, 1)
    assert hypervolume(history.costs, *corners) >= 0.95 * hypervolume(truth, *corners)


def test_random_search_visits_distinct_sub_networks_and_keeps_the_best():
    evaluate, given = trade_off(SMALL), SMALL.sample(4, 9)
    history = algorithm("random", 2)(SMALL, evaluate, 2, 20, 10, 0.9, 1, given)
    keys = SMALL.keys(history.population)
    assert len(set(keys)) == len(keys) == 200 and set(SMALL.keys(given)) <= set(keys)
    assert (np.bincount(history.generation) == 20).all() and len(history.final) == 20
    ranks, _ = crowded_ranks(history.costs)
    assert ranks[history.final].max() <= np.delete(ranks, history.final).min()
