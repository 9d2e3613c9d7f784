from dataclasses import replace
from inspect import signature
from itertools import product

import numpy as np
import own
import pytest
from helpers.spaces import SMALL, assert_front_found, trade_off
from instant import Instant

from archfront.core.pareto import hypervolume
from archfront.core.registry import ConfigError
from archfront.search.algorithms import PARAMETERS, algorithm
from archfront.search.nsga2 import nsga2
from archfront.search.proposal import SearchSettings, search


@pytest.mark.parametrize("name", ["nsga2", "u_nsga3", "moead", "age_moea", "r_nsga2"])
def test_every_algorithm_finds_the_true_front_of_an_enumerable_space(name):
    """At least 99 % of its hypervolume, and more than random search, in three of three seeds."""
    assert_front_found(SMALL, name, 60, 25)


@pytest.mark.parametrize("name", ["ga", "nsga2"])
def test_a_single_objective_has_its_optimum_found(name):
    evaluate = trade_off(SMALL)
    everything = np.array(list(product(*(range(len(p.values)) for p in SMALL.parameters))))
    best = evaluate(everything)[:, 0].min()
    for seed in range(3):
        history = algorithm(name, 1)(
            SMALL, lambda rows: evaluate(rows)[:, :1], 1, 60, 20, 0.9, seed
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
    history = algorithm(name, 3)(SMALL, three, 3, 60, 25, 0.9, 1)
    assert hypervolume(history.costs, *corners) >= 0.95 * hypervolume(truth, *corners)


def with_algorithm(name):
    """A search on exact objectives with the algorithm of this name."""
    supernet = Instant()
    settings = SearchSettings(name, 10, 5, 0.9)
    return search(supernet, supernet.space, ["macs", "params"], {}, {}, settings, 1)


def test_an_algorithm_of_the_users_own_searches():
    history = with_algorithm("own:random_search")
    assert len(history.population) == 50 and history.generation.max() == 4


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"costs": np.zeros((50, 3))}, r"costs has the shape \(50, 3\), not \(50, 2\)"),
        ({"generation": [0]}, r"generation has the shape \(1,\), not \(50,\)"),
        ({"population": np.full((50, 21), 9)}, "population must hold indices"),
        ({"final": [60]}, "final must hold row numbers"),
        ({"final": []}, "final must hold row numbers"),
        ({"costs": np.zeros((50, 2))}, "costs are not those that evaluate"),
        (None, "returned 5, not a History"),
    ],
)
def test_what_an_algorithm_returns_is_checked(parts, message, monkeypatch):
    def broken(*arguments):
        return 5 if parts is None else replace(own.random_search(*arguments), **parts)

    monkeypatch.setattr(own, "broken", broken, raising=False)
    with pytest.raises(ValueError, match=message):
        with_algorithm("own:broken")


def test_costs_in_another_order_are_noticed():
    with pytest.raises(ValueError, match="own:unordered: costs are not those that evaluate"):
        with_algorithm("own:unordered")


def test_the_parameters_of_an_algorithm_are_those_of_nsga2():
    assert tuple(signature(nsga2).parameters) == PARAMETERS


def with_more(
    space,
    evaluate,
    objectives,
    population_size,
    generations,
    crossover_rate,
    seed,
    initial=None,
    *,
    temperature=1.0,
):
    return own.random_search(
        space, evaluate, objectives, population_size, generations, crossover_rate, seed
    )


def other_names(a, b, c, d, e, f, g, h):
    raise AssertionError("called")


def too_few(space, evaluate, objectives):
    raise AssertionError("called")


@pytest.mark.parametrize("name", ["own:random_search", "own:unordered", "own:with_more"])
def test_a_function_with_the_parameters_of_nsga2_is_an_algorithm(name, monkeypatch):
    monkeypatch.setattr(own, "with_more", with_more, raising=False)
    assert algorithm(name, 2)


@pytest.mark.parametrize(
    "name",
    [
        *("os:system", "os:popen", "os:execl", "subprocess:run", "subprocess:Popen"),
        *("own:Mean", "own:memory", "own:other_names", "own:too_few", "os:environ"),
    ],
)
def test_what_has_not_the_parameters_of_nsga2_is_no_algorithm(name, monkeypatch):
    monkeypatch.setattr(own, "other_names", other_names, raising=False)
    monkeypatch.setattr(own, "too_few", too_few, raising=False)
    with pytest.raises(ConfigError, match=r"is no function with the parameters of .* but "):
        algorithm(name, 2)
