"""Objectives that a search measures itself."""

import numpy as np
import pytest
from helpers.searches import KINDS, SETTINGS, values_of
from instant import Instant

from archfront.core.supernet import SuperNetwork
from archfront.search.concurrent import ConcurrentNAS, PublishedConcurrentNAS
from archfront.search.live_measurement import Live, budget_of

SPACE = Instant().space


def counting(supernet: SuperNetwork, budget: int) -> tuple[Live, list]:
    asked: list[str] = []

    def measure(population):
        asked.extend(supernet.space.digests(population))
        return supernet.exact("macs", population)

    return Live(supernet.space, measure, budget), asked


def mean(rows, values):
    """A predictor that knows the mean only."""
    return lambda population: np.full(len(population), values.mean())


def test_each_is_measured_once_and_no_more_than_the_budget():
    live, asked = counting(Instant(), 5)
    some = SPACE.sample(8, 0)
    live.tell(some[:2], np.array([1.0, 2.0]))
    live.begin(mean)
    values = live(some[[0, 1, 2, 2, 3, 4]])
    assert values[:2].tolist() == [1, 2] and values[2] == values[3]
    assert asked == SPACE.digests(some[2:5])
    live(some[5:])
    assert asked == SPACE.digests(some[2:7])  # 5: the last one is beyond the budget
    assert live(some[2:7]).tolist() == Instant().exact("macs", some[2:7]).tolist()
    live.begin(mean)
    assert live(some[7:]) == Instant().exact("macs", some[7:]) and len(asked) == 6


def test_beyond_the_budget_is_the_prediction_of_all_that_is_known_then():
    live, asked = counting(Instant(), 2)
    some = SPACE.sample(8, 0)
    live.tell(some[:3], np.array([1.0, 2.0, np.nan]))
    live.begin(mean)
    macs = Instant().exact("macs", some)
    # Two are measured, and the failure is left out of the mean.
    predicted = (1 + 2 + macs[3] + macs[4]) / 4
    assert live(some[2:])[1:].tolist() == [*macs[3:5], *[predicted] * 3]
    assert np.isnan(live(some[2:3])).all() and asked == SPACE.digests(some[3:5])
    # The predictor is trained once in a search: a value does not change within it.
    live.tell(some[5:6], np.array([100.0]))
    assert live(some[5:]).tolist() == [100, predicted, predicted]


def test_without_two_values_nothing_is_predicted():
    live, _ = counting(Instant(), 1)
    live.begin(mean)
    assert np.isnan(live(SPACE.sample(3, 0))).tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("live", "live_populations", "budget"), [(50, None, 50), (50, 1, 30), (50, 3, 90)]
)
def test_the_budget_is_a_number_or_a_multiple_of_the_population(live, live_populations, budget):
    assert budget_of({"live": live, "live_populations": live_populations}, 30) == budget


@pytest.mark.parametrize("tactic", [ConcurrentNAS, PublishedConcurrentNAS])
def test_a_search_measures_its_budget_and_predicts_the_rest(tactic):
    supernet = Instant()
    live, asked = counting(supernet, 60)
    made = tactic(
        supernet, ["top1", "macs"], KINDS | {"macs": "live"}, SETTINGS, 1, live={"macs": live}
    )
    rows = made.ask(20)
    made.tell(rows, values_of(supernet, rows))
    batch = made.ask(10)
    assert len(batch) == 10 and len(asked) == 60 and "macs" not in made.predictors
    assert made.history.within.all() and np.isfinite(made.history.costs).all()
    new = ~np.isin(SPACE.digests(made.history.population), [*asked, *SPACE.digests(rows)])
    actual = supernet.exact("macs", made.history.population)
    assert new.sum() > 100 and np.array_equal(made.history.costs[~new, 1], actual[~new])
    # The mean error is below a tenth of the span of 10 to 90 MACs.
    assert 0 < np.abs(made.history.costs[new, 1] - actual[new]).mean() < 8
