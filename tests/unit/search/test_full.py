"""Full search: with all objectives predicted, and with one that it measures within a budget."""

import numpy as np
import pandas as pd
import pytest
from helpers.configs import RIGHT
from helpers.searches import SETTINGS, values_of
from instant import Instant

from archfront.config.experiment import validated
from archfront.core.platform import Platform
from archfront.core.space import configuration_digest
from archfront.measurement.store import MeasurementStore
from archfront.predictors.features import features_of
from archfront.search.full import full_search
from archfront.search.live_measurement import measured_live
from archfront.search.proposal import fit_predictors

GOALS = ["top1", "latency"]
HERE = Platform("here")


def latencies(supernet, rows):
    return np.array([*supernet.measure("latency", supernet.space.decode(rows), HERE, {})])


@pytest.fixture
def searched(tmp_path):
    """A function: the history and the batch of a full search with these kinds of predictors, after
    30 samples, and the number of measurements that it took."""
    supernet, settings = Instant(), validated(RIGHT)["measurement"]
    rows = supernet.space.sample(30, 1)
    values = pd.DataFrame(values_of(supernet, rows) | {"latency": latencies(supernet, rows)})

    def run(budget=None, seed=1, **kinds):
        store = tmp_path / "store"
        names = [name for name, kind in kinds.items() if kind == "live"]
        live = measured_live(supernet, names, HERE, settings, store, budget)
        kinds = dict.fromkeys(GOALS, "ridge") | kinds
        trained = fit_predictors(features_of(supernet), rows, values, GOALS, kinds)
        history, batch = full_search(
            supernet,
            supernet.space,
            GOALS,
            trained,
            {},
            SETTINGS,
            8,
            seed,
            (rows, values),
            rows,
            live,
        )
        return supernet, rows, history, batch, MeasurementStore(store).measurements()

    return run


def test_the_best_of_the_last_population_that_are_new_are_proposed(searched):
    supernet, rows, history, batch, taken = searched()
    proposed, measured = supernet.space.digests(batch), supernet.space.digests(rows)
    assert len(set(proposed)) == 8 and not set(proposed) & set(measured) and not taken
    assert set(proposed) <= set(supernet.space.digests(history.population[history.final]))


def test_a_live_objective_is_measured_within_the_budget_and_predicted_beyond_it(searched):
    supernet, rows, history, batch, taken = searched(40, latency="live")
    assert len(batch) == 8 and len(taken) == 40
    assert {one.key["objective"] for one in taken} == {"latency"}
    assert np.isfinite(history.costs).all() and history.within.all()
    exactly = np.isclose(history.costs[:, 1], latencies(supernet, history.population), rtol=1e-12)
    known = {configuration_digest(one.key["configuration"]) for one in taken}
    known.update(supernet.space.digests(rows))
    digests = supernet.space.digests(history.population)
    assert exactly[[digest in known for digest in digests]].all()
    assert not exactly.all() and len(digests) > 100
    # The predictions beyond the budget order the sub-networks as the measurements would.
    actual = latencies(supernet, history.population)
    assert np.corrcoef(actual[~exactly], history.costs[~exactly, 1])[0, 1] > 0.95


def test_what_the_store_holds_changes_no_proposal(searched):
    first = searched(40, latency="live")
    again = searched(40, latency="live")
    assert np.array_equal(first[3], again[3]) and len(first[4]) == len(again[4]) == 40
