from itertools import product

import numpy as np
import pytest
from helpers.spaces import SMALL, trade_off

from archfront.core.pareto import BEYOND, penalised
from archfront.core.space import ElasticParameter, SearchSpace
from archfront.search.crowding import best
from archfront.search.pymoo_algorithms import ga, moead, pymoo_nsga2, r_nsga2, u_nsga3

SEVERAL = [pymoo_nsga2, u_nsga3, moead, r_nsga2]
NAMES = ["pymoo_nsga2", "u_nsga3", "moead", "r_nsga2"]
"""AGE-MOEA, which is compiled at its first use, runs in test_algorithms.py only."""
several = pytest.mark.parametrize("search", SEVERAL, ids=NAMES)
every = pytest.mark.parametrize(
    ("search", "objectives"),
    [*((one, 2) for one in SEVERAL), (ga, 1)],
    ids=[*NAMES, "ga"],
)


def costs_of(objectives, factor=1.0, limit=None):
    """The trade-off's first costs; the last one is multiplied by ``factor``. With a ``limit``, rows
    whose second cost is above it are beyond the bounds."""
    evaluate, scale = trade_off(SMALL), np.ones(objectives)
    scale[-1] = factor

    def evaluated(rows):
        costs = evaluate(rows)
        excess = np.zeros(len(rows)) if limit is None else np.maximum(0, costs[:, 1] / limit - 1)
        return penalised(costs[:, :objectives] * scale, excess)

    return evaluated


def weighted(space, objectives):
    """Positive costs that grow with each gene, each objective with weights of its own."""
    weights = np.random.default_rng(0).random((len(space), objectives))
    return lambda rows: 1 + rows @ weights


def test_the_numbers_of_objectives_that_an_algorithm_takes_are_told():
    assert all((one.objectives[0], one.objectives[-1]) == (2, 15) for one in SEVERAL)
    assert list(ga.objectives) == [1]


@every
def test_a_history_holds_each_sub_network_once_with_its_unscaled_costs(search, objectives):
    evaluate = costs_of(objectives)
    history = search(SMALL, evaluate, objectives, 20, 6, 0.9, 1)
    assert history.population.dtype == np.int16
    assert np.array_equal(history.costs, evaluate(history.population))
    assert history.costs.shape == (len(history.population), objectives)
    assert len(set(SMALL.keys(history.population))) == len(history.population)
    assert 20 < len(history.population) <= 20 * 6
    assert history.within.all()


@several
def test_generations_are_numbered_from_the_first_population(search):
    history = search(SMALL, costs_of(2), 2, 20, 6, 0.9, 1)
    assert (np.diff(history.generation) >= 0).all()
    assert set(history.generation) == set(range(history.generation[-1] + 1))
    first = history.population[history.generation == 0]
    assert np.array_equal(first, search(SMALL, costs_of(2), 2, 20, 1, 0.9, 1).population)
    assert len(first) == 20 and history.generation[-1] >= 5


@every
def test_the_last_population_is_the_best_of_all_that_was_visited(search, objectives):
    history = search(SMALL, costs_of(objectives), objectives, 12, 10, 0.9, 1)
    assert len(set(history.final)) == 12
    costs = history.costs
    better = (costs[:, None] <= costs[None]).all(axis=2) & (costs[:, None] < costs[None]).any(
        axis=2
    )
    front = ~better.any(axis=0)
    chosen = np.zeros(len(costs), bool)
    chosen[history.final] = True
    assert front[chosen].all() if front.sum() >= 12 else chosen[front].all()


@every
def test_the_same_seed_gives_the_same_search_and_another_seed_another(search, objectives):
    found = [search(SMALL, costs_of(objectives), objectives, 12, 4, 0.9, s) for s in (1, 1, 2)]
    assert np.array_equal(found[0].population, found[1].population)
    assert not np.array_equal(found[0].population, found[2].population)


@every
def test_the_scale_of_an_objective_makes_no_difference(search, objectives):
    """A power of two changes no digit of the shares."""
    plain, large = (
        search(SMALL, costs_of(objectives, factor), objectives, 16, 8, 0.9, 3)
        for factor in (1.0, 2.0**20)
    )
    assert np.array_equal(plain.population, large.population)


def test_rows_beyond_the_bounds_do_not_set_the_scale():
    """Most of the first population has costs near 10^9. MOEA/D, whose weighted costs depend most on
    the scale, visits the same sub-networks on both scales."""
    start = SMALL.sample(40, 5)
    assert (costs_of(2, 1.0, 40)(start) >= BEYOND).all(axis=1).sum() == 30
    plain, large = (
        moead(SMALL, costs_of(2, factor, 40), 2, 40, 8, 0.9, 3, start) for factor in (1.0, 2.0**20)
    )
    assert np.array_equal(plain.population, large.population)


def test_an_objective_that_is_the_same_for_all_does_not_disturb_the_other():
    def one_varies(rows):
        return np.column_stack([costs_of(1)(rows), np.full(len(rows), 3.0)])

    history = moead(SMALL, one_varies, 2, 24, 20, 0.9, 1)
    everything = np.array(list(product(*(range(len(p.values)) for p in SMALL.parameters))))
    assert history.costs[:, 0].min() == one_varies(everything)[:, 0].min()


@every
def test_the_seed_also_draws_what_follows_on_a_given_population(search, objectives):
    flat = SearchSpace([ElasticParameter("e", (3, 4, 6))] * 6)  # without hidden genes
    given, evaluate = flat.sample(12, 7), weighted(flat, objectives)
    found = [search(flat, evaluate, objectives, 12, 4, 0.9, seed, given) for seed in (1, 2)]
    first, second = (one.population for one in found)
    assert np.array_equal(first[:12], second[:12]) and not np.array_equal(first, second)


@every
def test_the_search_starts_from_what_it_is_given(search, objectives):
    given = SMALL.sample(8, 77)
    history = search(SMALL, costs_of(objectives), objectives, 20, 2, 0.9, 1, given)
    first = SMALL.keys(history.population[history.generation == 0])
    assert set(SMALL.keys(given)) <= set(first)


@several
@pytest.mark.parametrize("objectives", [2, 3, 5])
def test_a_space_smaller_than_the_population_is_searched_whole(search, objectives):
    space = SearchSpace([ElasticParameter("e", (3, 4)), ElasticParameter("e", (3, 4))])
    history = search(space, weighted(space, objectives), objectives, 50, 5, 0.9, 1)
    assert len(set(space.keys(history.population))) == len(history.final) == 4


@pytest.mark.parametrize(
    ("size", "objectives", "directions"),
    [(20, 2, 20), (20, 3, 15), (21, 3, 21), (24, 3, 21), (20, 4, 20), (3, 3, 3)],
)
def test_moead_has_an_individual_per_evenly_spread_direction(size, objectives, directions):
    """With p parts per axis there are (p + m - 1)! / (p! (m - 1)!) directions."""
    history = moead(SMALL, weighted(SMALL, objectives), objectives, size, 3, 0.9, 1)
    assert (history.generation == 0).sum() == directions


def test_moead_has_a_direction_per_objective_in_a_population_that_is_smaller():
    history = moead(SMALL, weighted(SMALL, 6), 6, 4, 5, 0.9, 1)
    assert (history.generation == 0).sum() == len(history.final) == 4


def test_the_last_population_near_a_reference_point_is_the_one_that_r_nsga2_kept():
    """It is nearer to the point than the best of all that was visited."""
    flat, point = SearchSpace([ElasticParameter("e", (3, 4, 6))] * 16), np.array([[-10.5, 80.0]])
    found = r_nsga2(flat, trade_off(flat), 2, 20, 30, 0.9, 1, reference_points=point)
    scale = np.ptp(found.costs, axis=0)

    def distance(rows):
        return np.linalg.norm((found.costs[rows] - point) / scale, axis=1).mean()

    assert len(set(found.final)) == 20
    assert distance(found.final) < 0.9 * distance(best(found.costs, 20))
