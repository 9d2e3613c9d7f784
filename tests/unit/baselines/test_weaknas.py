import numpy as np
import pytest
from helpers.searches import KINDS, SETTINGS, asked_and_told, values_of
from instant import Instant

from archfront.baselines import weaknas

SPACE = Instant().space


@pytest.fixture
def small_pool(monkeypatch):
    monkeypatch.setattr(weaknas, "POOL", 300)
    monkeypatch.setattr(weaknas, "TOP", 40)


def test_weaknas_stays_in_its_pool_and_draws_among_the_best_predicted(small_pool):
    made = asked_and_told(4, weaknas.WeakNAS, bounds={"macs": 60.0})
    pool = set(SPACE.keys(made.pool))
    assert len(pool) == 300 and (made.supernet.exact("macs", made.pool) <= 60).all()
    assert set(SPACE.keys(made.measured)) <= pool
    costs = np.column_stack([-made.predicted("top1"), made.predicted("macs")])
    batch = SPACE.keys(made.ask(30))
    # All of the batch is among the 40 best by rank: nothing of the rest dominates any of it.
    rows = [SPACE.keys(made.pool).index(key) for key in batch]
    ranks = peeled_ranks(costs)
    assert np.isin(
        rows, np.argsort(ranks, kind="stable")[: 40 + (ranks == max(ranks[rows])).sum()]
    ).all()
    assert batch != SPACE.keys(weaknas_of_seed(2, made).ask(30))


def peeled_ranks(costs):
    """The front of each row, by peeling: the slow way."""
    ranks, left, number = np.zeros(len(costs), int), np.arange(len(costs)), 0
    while len(left):
        some = costs[left]
        worse = (some[:, None] >= some).all(axis=2) & (some[:, None] > some).any(axis=2)
        front = ~worse.any(axis=1)
        ranks[left[front]] = number
        left, number = left[~front], number + 1
    return ranks


def weaknas_of_seed(seed, other):
    made = weaknas.WeakNAS(other.supernet, other.objectives, KINDS, SETTINGS, seed)
    made.tell(other.measured, other.values.assign(params=0.0))
    return made


def test_weaknas_sees_inactive_parameters_and_returns_no_more_than_its_pool(small_pool):
    made = asked_and_told(1, weaknas.WeakNAS)
    assert (made.numbers(made.pool) == made.pool).all()
    active = SPACE.active(made.pool)
    assert (made.pool[~active] > 0).any()  # hidden values, which a canonical form would blank


def test_with_one_objective_weaknas_takes_the_highest_predicted(small_pool):
    supernet = Instant()
    made = weaknas.WeakNAS(supernet, ["top1"], KINDS, SETTINGS, 1)
    made.reference = {}
    rows = made.ask(50)
    made.tell(rows, values_of(supernet, rows))
    batch = set(SPACE.keys(made.ask(20)))
    best = np.argsort(-made.predicted("top1"), kind="stable")[:40]
    assert batch <= set(SPACE.keys(made.pool[best]))
