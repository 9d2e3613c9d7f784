from dataclasses import replace
from itertools import product

import numpy as np
import own
import pandas as pd
import pytest
from instant import Instant

from archfront.core.pareto import costs, front_mask, hypervolume
from archfront.core.reference import reference_point, volume, volume_curve
from archfront.core.space import ElasticParameter, SearchSpace
from archfront.predictors.features import Features
from archfront.predictors.predictor import Predictor
from archfront.search.crowding import best
from archfront.search.nsga2 import nsga2
from archfront.search.proposal import SearchSettings, fit_predictors, propose, search
from archfront.search.sampling import initial_sample
from archfront.search.stopping import verdict
from archfront.supernets.convolutional.inverted_residual import search_space
from archfront.supernets.convolutional.mobilenetv3 import geometry

SPACE = search_space(geometry(1.0))
SMALL = SearchSpace(
    [ElasticParameter("d", (1, 2, 3))]
    + [ElasticParameter("ks", (3, 5, 7), controller=0, threshold=i + 1) for i in range(3)]
    + [ElasticParameter("e", (3, 4, 6))] * 4
)


def trade_off(space):
    """Two costs that contradict each other, different for each gene; only active genes count."""
    quality = np.random.default_rng(5).random((len(space), 4))

    def evaluate(population):
        canonical = space.canonical(population)
        gain = quality[np.arange(len(space)), canonical] * (canonical >= 0)
        return np.stack([-gain.sum(axis=1), (canonical + 1).sum(axis=1) ** 1.5], axis=1)

    return evaluate


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


def test_best_keeps_the_front_and_its_ends():
    points = np.array([[0, 9], [9, 0], [4, 4], [5, 5], [3, 5], [9, 9]], float)
    assert best(points, 4).tolist() == [0, 1, 2, 4]
    assert set(best(points, 2)) == {0, 1}
    assert best(points, 10).tolist() == list(range(6))


@pytest.mark.parametrize("count", [5, 20, 60])
def test_proposals_are_exactly_as_many_distinct_and_new(count):
    history = nsga2(SPACE, trade_off(SPACE), 2, 20, 10, 0.9, 1)
    taken = set(SPACE.digests(history.population[history.final][:15]))
    proposed = propose(SPACE, history, taken, count, seed=1)
    digests = SPACE.digests(proposed)
    assert len(set(digests)) == count and not set(digests) & taken


def test_a_used_up_space_gives_what_is_left():
    tiny = SearchSpace([ElasticParameter("e", (3, 4)), ElasticParameter("e", (3, 4))])
    history = nsga2(tiny, trade_off(tiny), 2, 4, 2, 0.9, 1)
    taken = set(tiny.digests(tiny.sample(4, 1)[:3]))
    assert len(propose(tiny, history, taken, 4, seed=1)) == 1


def test_search_predicts_what_is_not_exact_and_stays_in_its_space():
    supernet = Instant()
    rows = supernet.space.sample(60, 1)
    table = pd.DataFrame({"top1": supernet.measure("top1", supernet.space.decode(rows), None, {})})
    table.loc[3, "top1"] = np.nan  # a failed measurement is not trained on
    predictors = fit_predictors(
        Features(supernet), rows, table, ["top1", "macs"], {"top1": "ridge"}
    )
    assert list(predictors) == ["top1"] and isinstance(predictors["top1"], Predictor)
    space = supernet.space.constrain({"ks_0": [5], "d_1": [1, 2]})
    settings = SearchSettings("nsga2", 20, 10, 0.9)
    history = search(supernet, space, ["top1", "macs"], predictors, {}, settings, 1, rows)
    full = space.convert(history.population, supernet.space)
    assert (history.costs[:, 1] == supernet.exact("macs", full)).all()
    assert (full[:, 0] == 1).all()
    assert 0 < supernet.space.contained_in(rows, space).sum() < len(rows)


@pytest.mark.parametrize("algorithm", ["nsga2", "own:random_search"])
def test_a_search_keeps_to_bounds_and_says_what_lay_beyond(algorithm):
    """Parameters are bounded though they are no objective."""
    supernet = Instant()
    space = supernet.space
    bounds = {"macs": 60.0, "params": 5.0}
    settings = SearchSettings(algorithm, 30, 30, 0.9)
    history = search(supernet, space, ["macs", "params"], {}, bounds, settings, 1)
    params = supernet.exact("params", history.population)
    assert (history.within == (params <= 5.0)).all()
    assert (history.costs[:, 1] == params).all()
    proposed = propose(space, history, set(), 20, 1)
    assert (supernet.exact("params", proposed) <= 5.0).all()
    if algorithm == "nsga2":
        assert history.within[history.final].all()


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


def test_the_first_sample_can_be_given_and_starts_with_the_extremes():
    given = SPACE.decode(SPACE.sample(2, 9))
    sample = initial_sample(SPACE, 10, 1, True, given)
    assert SPACE.digests(sample[:2]) == SPACE.digests(SPACE.encode(given))
    assert SPACE.digests(sample[2:4]) == SPACE.digests(SPACE.extremes())
    assert (initial_sample(SPACE, 30, 1, True, given)[:10] == sample).all()
    with pytest.raises(ValueError, match="only"):
        initial_sample(SearchSpace([ElasticParameter("e", (3, 4))]), 3, 1)


def test_a_start_goes_evenly_from_small_to_large():
    sample = initial_sample(SPACE, 40, 1, even=True)
    assert (initial_sample(SPACE, 80, 1, even=True)[:40] == sample).all()
    assert SPACE.digests(sample[:2]) == SPACE.digests(SPACE.extremes())
    assert len(set(SPACE.digests(sample))) == 40
    size = (SPACE.canonical(sample) + 1).sum(axis=1)
    random = (SPACE.canonical(initial_sample(SPACE, 40, 1)) + 1).sum(axis=1)
    assert size.std() > 1.5 * random.std()


ARCHIVE = pd.DataFrame(
    {"iteration": [0, 0, 1, 1], "top1": [60.0, 70.0, 65.0, np.nan], "latency": [1.0, 5.0, 2.0, 1.0]}
)
OBJECTIVES = ["top1", "latency"]


def test_the_reference_point_is_the_worst_sample_or_what_the_config_says():
    reference = reference_point(ARCHIVE[:2], OBJECTIVES, None, {})
    assert reference["reference"] == {"top1": 60.0, "latency": 5.0}
    assert reference["ideal"] == {"top1": 70.0, "latency": 1.0}
    given = reference_point(ARCHIVE[:2], OBJECTIVES, {"top1": 50.0, "latency": 9.0}, {})
    assert given["reference"] == {"top1": 50.0, "latency": 9.0}
    with pytest.raises(ValueError, match="not worse than the best sample"):
        reference_point(ARCHIVE[:2], OBJECTIVES, {"top1": 80.0, "latency": 9.0}, {})


def test_the_reference_point_ends_at_the_bounds_and_nothing_beyond_counts():
    reference = reference_point(ARCHIVE[:2], OBJECTIVES, None, {"latency": 3.0})
    assert reference["reference"] == {"top1": 60.0, "latency": 3.0}
    # (65, 2): half of top-1, and half of the latencies from 1 to 3.
    assert volume(ARCHIVE, reference) == pytest.approx(0.25)
    with_macs = ARCHIVE.assign(macs=[1.0, 2.0, 5.0, 1.0])
    reference = reference_point(with_macs[:2], OBJECTIVES, None, {"macs": 4.0})
    assert volume(with_macs, reference) == 0
    with pytest.raises(ValueError, match=r"bounds\.latency: 1.0, but the best sample has 1"):
        reference_point(ARCHIVE[:2], OBJECTIVES, None, {"latency": 1.0})


def test_volume_by_hand():
    reference = reference_point(ARCHIVE[:2], OBJECTIVES, None, {})
    # Only (65, 2) is better than the reference in both: half of top-1, three quarters of latency.
    assert volume(ARCHIVE, reference) == pytest.approx(0.5 * 0.75)
    assert volume_curve(ARCHIVE, reference).tolist() == pytest.approx([0, 0, 0.375, 0.375])


def concluded(reference, iteration=1, stopped=False, expected=(), took=0.0, **limits):
    limits = {"iterations": 3, "seconds": None, "stagnation": 0.0, "least_gain": 0.0} | limits
    return verdict(ARCHIVE, reference, iteration, limits, stopped, list(expected), took)


def test_the_loop_goes_on_until_limit_stagnation_or_a_person():
    reference = reference_point(ARCHIVE[:2], OBJECTIVES, {"top1": 50.0, "latency": 6.0}, {})
    going = concluded(reference)
    assert going["continue"] and going["gain"] > 0 and going["measured"] == 4
    assert going["expected_gain"] is None and going["calibration"] is None
    assert concluded(reference, iterations=1)["reason"] == "limit"
    assert concluded(reference, stagnation=0.9)["reason"] == "stagnation"
    assert concluded(reference, took=9.0, seconds=10)["continue"]
    assert concluded(reference, took=10.0, seconds=10)["reason"] == "seconds"
    assert concluded(reference, stopped=True)["reason"] == "stopped"


def test_the_loop_ends_when_the_next_batch_is_expected_to_gain_too_little():
    reference = reference_point(ARCHIVE[:2], OBJECTIVES, None, {})
    # The first iteration raised the hypervolume from 0 to 0.375, three quarters of the expected
    # 0.5. The next one, expected to gain 0.1, will thus gain 0.075: a fifth of 0.375.
    told = concluded(reference, expected=[0.5, 0.1])
    assert told["calibration"] == pytest.approx(0.75)
    assert told["expected_gain"] == pytest.approx(0.2) and told["continue"]
    assert concluded(reference, expected=[0.5, 0.1], least_gain=0.19)["continue"]
    assert concluded(reference, expected=[0.5, 0.1], least_gain=0.21)["reason"] == "little to gain"
    # An iteration with no expected gain does not count towards the calibration.
    assert concluded(reference, expected=[0.0, 0.1])["calibration"] == 1.0


def test_front_mask_agrees_with_costs_of_a_table():
    values = costs(ARCHIVE[OBJECTIVES].to_numpy(), OBJECTIVES)
    assert front_mask(values).tolist() == [True, True, True, False]
