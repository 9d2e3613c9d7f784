"""Objectives that a search measures itself."""

import numpy as np
import pytest
from helpers.searches import KINDS, SETTINGS, values_of
from instant import Instant

from archfront.core.supernet import SuperNetwork
from archfront.search.concurrent import ConcurrentNAS, PublishedConcurrentNAS
from archfront.search.live_measurement import Live

SPACE = Instant().space


def counting(supernet: SuperNetwork, budget: int) -> tuple[Live, list]:
    asked: list[str] = []

    def measure(population):
        asked.extend(supernet.space.digests(population))
        return supernet.exact("macs", population)

    return Live(supernet.space, measure, budget), asked


def test_each_is_measured_once_and_no_more_than_the_budget():
    live, asked = counting(Instant(), 5)
    some = SPACE.sample(8, 0)
    live.tell(some[:2], np.array([1.0, 2.0]))
    values = live(some[[0, 1, 2, 2, 3, 4]])
    assert values[:2].tolist() == [1, 2] and values[2] == values[3]
    assert asked == SPACE.digests(some[2:5])
    assert np.isnan(live(some[5:])).tolist() == [False, False, True]
    assert live(some[2:4]).tolist() == Instant().exact("macs", some[2:4]).tolist()
    live.begin()
    assert np.isfinite(live(some)).all() and len(asked) == 6


@pytest.mark.parametrize("tactic", [ConcurrentNAS, PublishedConcurrentNAS])
def test_a_search_proposes_only_what_it_measured(tactic):
    supernet = Instant()
    live, asked = counting(supernet, 60)
    made = tactic(
        supernet, ["top1", "macs"], KINDS | {"macs": "live"}, SETTINGS, 1, live={"macs": live}
    )
    rows = made.ask(20)
    made.tell(rows, values_of(supernet, rows))
    batch = made.ask(10)
    assert len(batch) == 10 and len(asked) == 60
    assert set(SPACE.digests(batch)) <= set(asked) and "macs" not in made.predictors
    outside = ~made.history.within
    assert outside.any() and np.isnan(made.history.costs[outside]).any(axis=1).all()
