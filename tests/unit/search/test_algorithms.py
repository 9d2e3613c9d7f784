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
from archfront.search.algorithms import (
    ALGORITHMS,
    OPTIONS,
    PARAMETERS,
    WITHOUT_CROSSOVER,
    algorithm,
)
from archfront.search.nsga2 import nsga2
from archfront.search.proposal import SearchSettings, search


@pytest.mark.parametrize(
    "name", ["nsga2", "pymoo_nsga2", "u_nsga3", "moead", "age_moea", "r_nsga2"]
)
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


@pytest.mark.parametrize(
    "name", ["nsga2", "pymoo_nsga2", "u_nsga3", "moead", "age_moea", "r_nsga2", "mo_cma_es"]
)
def test_three_objectives(name):
    evaluate = trade_off(SMALL)

    def three(rows):
        return np.column_stack([evaluate(rows), (SMALL.canonical(rows) == 1).sum(axis=1)])

    everything = np.array(list(product(*(range(len(p.values)) for p in SMALL.parameters))))
    truth = three(everything)
    corners = truth.max(axis=0), truth.min(axis=0)
    history = algorithm(name, 3)(SMALL, three, 3, 60, 25, 0.9, 1)
    assert hypervolume(history.costs, *corners) >= 0.95 * hypervolume(truth, *corners)


class Top1:
    """A predictor: each gene adds its index."""

    features = "one_hot"

    def __call__(self, features):
        return 60 + features @ (np.arange(features.shape[1]) % 3) / 2


def with_algorithm(name, population=10, generations=5, crossover=0.9, **options):
    """A search with the algorithm of this name: fewer MACs, and a higher top-1 if it takes two
    objectives."""
    supernet, objectives = Instant(), ["macs", "top1"][: 1 if name == "ga" else 2]
    settings = SearchSettings(name, population, generations, crossover, **options)
    return search(supernet, supernet.space, objectives, {"top1": Top1()}, {}, settings, 1)


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
    assert tuple(signature(nsga2).parameters) == (*PARAMETERS, OPTIONS["mutation"])


TAKES = {
    "mutation": set(ALGORITHMS) - set(WITHOUT_CROSSOVER),
    "crossover": set(ALGORITHMS),
    "reference_points": {"r_nsga2"},
}
SETTINGS = {"mutation": 0.4, "crossover": 0.1, "reference_points": [{"macs": 20, "top1": 65}]}


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_setting_has_an_effect_on_an_algorithm_or_is_refused(name, setting):
    """Every algorithm beside every setting that has a default. The crossover of an algorithm
    without it is refused with the config (test_checks.py)."""
    given = {setting: SETTINGS[setting]}
    if name not in TAKES[setting]:
        with pytest.raises(ConfigError, match=rf"^search.{setting}: '{name}' has no parameter"):
            with_algorithm(name, **given)
        return
    usual, other = with_algorithm(name), with_algorithm(name, **given)
    alike = np.array_equal(usual.population, other.population)
    assert alike == (setting == "crossover" and name in WITHOUT_CROSSOVER)


@pytest.mark.parametrize("name", [name for name in ALGORITHMS if name not in WITHOUT_CROSSOVER])
def test_a_mutation_of_null_is_one_by_the_population(name):
    usual, same, none = (with_algorithm(name, mutation=rate) for rate in (None, 1 / 10, 0))
    assert np.array_equal(usual.population, same.population)
    assert np.array_equal(usual.final, same.final)
    assert not np.array_equal(usual.population, none.population)


@pytest.mark.parametrize("name", ["nsga2", "pymoo_nsga2", "r_nsga2", "u_nsga3"])
def test_without_crossover_and_mutation_nothing_new_is_visited(name):
    assert len(with_algorithm(name, crossover=0, mutation=0).population) == 10


def test_a_setting_reaches_an_algorithm_of_the_users_own_by_its_parameter(monkeypatch):
    told = []

    def guided(*arguments, mutation_rate=0.3, reference_points=None):
        told.append((mutation_rate, reference_points))
        return own.random_search(*arguments)

    monkeypatch.setattr(own, "guided", guided, raising=False)
    with_algorithm("own:guided")
    with_algorithm("own:guided", mutation=0.1, reference_points=[{"top1": 65, "macs": 20}])
    (rate, points), (given_rate, given_points) = told
    assert (rate, points) == (0.3, None)
    assert given_rate == 0.1 and given_points.tolist() == [[20.0, -65.0]]


@pytest.mark.parametrize("setting", OPTIONS)
@pytest.mark.parametrize("name", ["own:random_search", "own:unordered", "own:with_any"])
def test_a_setting_without_a_parameter_of_the_users_function_is_refused(name, setting, monkeypatch):
    def with_any(*arguments, **rest):
        return own.random_search(*arguments)

    monkeypatch.setattr(own, "with_any", with_any, raising=False)
    with pytest.raises(
        ConfigError, match=rf"search.{setting}: '{name}' .*allowed: null, or one of .*r_nsga2"
    ):
        with_algorithm(name, **{setting: SETTINGS[setting]})


def test_reference_points_are_in_the_units_of_the_objectives():
    """Near a point with a low top-1 R-NSGA-II ends with a lower one than along the whole front."""

    def top1(points):
        found = with_algorithm("r_nsga2", population=20, generations=25, reference_points=points)
        assert len(found.final) == 20
        return -found.costs[found.final, 1].mean()

    low, high = [{"top1": 68.0, "macs": 15.0}], [{"top1": 76.0, "macs": 60.0}]
    assert top1(low) < top1(None) - 1 < top1(None) + 1 < top1(high)
    assert top1(low) < top1(low + high) < top1(high)


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


def with_rest(space, evaluate, *arguments, mutation_rate=None):
    return own.random_search(space, evaluate, *arguments)


def other_names(a, b, c, d, e, f, g, h):
    raise AssertionError("called")


def too_few(space, evaluate, objectives):
    raise AssertionError("called")


@pytest.mark.parametrize(
    "name", ["own:random_search", "own:unordered", "own:with_more", "own:with_rest"]
)
def test_a_function_with_the_parameters_of_nsga2_is_an_algorithm(name, monkeypatch):
    monkeypatch.setattr(own, "with_more", with_more, raising=False)
    monkeypatch.setattr(own, "with_rest", with_rest, raising=False)
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
