import numpy as np
import pandas as pd
import pytest
from helpers.spaces import trade_off
from instant import Instant

from archfront.core.space import ElasticParameter, SearchSpace
from archfront.predictors.features import Features
from archfront.predictors.predictor import Predictor
from archfront.search.nsga2 import nsga2
from archfront.search.proposal import SearchSettings, fit_predictors, propose, search
from archfront.supernets.convolutional.inverted_residual import search_space
from archfront.supernets.convolutional.mobilenetv3 import geometry

SPACE = search_space(geometry(1.0))


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


class Narrow:
    """A predictor of costs that are lower, the larger the sub-network is."""

    features = "one_hot"

    def __init__(self, unit):
        self.unit = unit

    def __call__(self, features):
        return self.unit * (90 - features @ (1.0 + np.arange(features.shape[1]) % 3))


@pytest.mark.parametrize("name", ["nsga2", "u_nsga3", "moead", "r_nsga2", "mo_cma_es"])
def test_a_bounded_search_does_the_same_in_every_unit(name):
    def found(unit):
        settings, bounds = SearchSettings(name, 20, 8, 0.9), {"params": 2.0}
        models = {"latency": Narrow(unit), "top1": Narrow(1.0)}
        network = Instant()
        objectives = ["latency", "top1"]
        return search(network, network.space, objectives, models, bounds, settings, 1)

    usual, small, large = found(1.0), found(2.0**-30), found(2.0**40)
    assert 0 < usual.within.sum() < len(usual.within)
    assert usual.within[usual.final].all()
    for other in (small, large):
        assert np.array_equal(other.population, usual.population)
        assert np.array_equal(other.final, usual.final)
        assert np.array_equal(other.within, usual.within)
