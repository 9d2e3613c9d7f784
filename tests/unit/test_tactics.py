"""ConcurrentNAS asked and told, and the choice of a batch by gain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from instant import Instant

from archfront.search.gain import best_by_gain
from archfront.search.pareto import hypervolume
from archfront.search.proposal import SearchSettings
from archfront.search.tactics import ConcurrentNAS

REFERENCE, IDEAL = np.ones(2), np.zeros(2)
SETTINGS = SearchSettings("nsga2", 30, 40, 0.9)
KINDS = {"top1": "auto"}


def test_a_batch_by_gain_by_hand():
    known = np.array([[0.5, 0.5]])
    candidates = np.array([[0.4, 0.4], [0.1, 0.9], [0.45, 0.45], [0.6, 0.6], [0.2, 0.8]])
    rows, gain = best_by_gain(known, candidates, 5, REFERENCE, IDEAL)
    # (0.4, 0.4) adds 0.11; (0.2, 0.8) then adds 0.04, (0.1, 0.9) after it 0.01; the rest nothing.
    assert rows.tolist() == [0, 4, 1]
    assert gain == pytest.approx(0.11 + 0.04 + 0.01)
    assert best_by_gain(known, candidates, 1, REFERENCE, IDEAL)[0].tolist() == [0]
    assert len(best_by_gain(known, np.empty((0, 2)), 3, REFERENCE, IDEAL)[0]) == 0


POINTS = arrays(float, st.tuples(st.integers(1, 12), st.just(3)), elements=st.floats(0, 1.2))


@given(POINTS, POINTS)
def test_a_batch_by_gain_is_what_plain_greed_chooses(known, candidates):
    reference, ideal = np.ones(3), np.zeros(3)
    rows, gain = best_by_gain(known, candidates, 4, reference, ideal)
    front, before = known, hypervolume(known, reference, ideal)
    for row in rows:
        gains = [hypervolume(np.vstack([front, c]), reference, ideal) for c in candidates]
        assert gains[row] == pytest.approx(max(gains), abs=1e-12)
        front = np.vstack([front, candidates[row]])
    after = hypervolume(front, reference, ideal)
    assert gain == pytest.approx(after - before, abs=1e-12)
    if len(rows) < min(4, len(candidates)):
        gains = [hypervolume(np.vstack([front, c]), reference, ideal) for c in candidates]
        assert max(gains) == pytest.approx(after, abs=1e-12)


def asked_and_told(rounds, **given):
    """A run on the instant super-network: its tactic, and the values of what it measured."""
    supernet = Instant()
    tactic = ConcurrentNAS(supernet, ["top1", "macs"], KINDS, SETTINGS, 1, **given)
    for _ in range(rounds):
        batch = tactic.ask(8)
        rows = tactic.space.convert(batch, supernet.space)
        values = supernet.measure("top1", supernet.space.decode(rows), None, {})
        told = {"top1": np.array([*values], float)}
        told |= {name: supernet.exact(name, rows) for name in ("macs", "params")}
        tactic.tell(rows, told)
    return tactic


@pytest.mark.parametrize("paper", [False, True])
def test_what_is_asked_is_new_and_reproducible(paper):
    first, second = asked_and_told(5, paper=paper), asked_and_told(5, paper=paper)
    assert (first.measured == second.measured).all() and len(first.measured) == 40
    assert len(set(first.supernet.space.keys(first.measured))) == 40
    assert (first.expected_gain is None) == paper
    features = {trained.features for trained in first.predictors.values()}
    assert (features == {"one_hot"}) or not paper


def test_one_told_everything_asks_as_one_that_was_there_all_along():
    """So the workflow's iterations are one search, whichever process they run in."""
    whole = asked_and_told(3)
    later = ConcurrentNAS(whole.supernet, ["top1", "macs"], KINDS, SETTINGS, 1)
    later.reference = whole.reference
    later.tell(whole.measured, whole.values)
    assert (later.ask(8) == whole.ask(8)).all() and later.expected_gain == whole.expected_gain


def test_failures_are_neither_trained_on_nor_proposed_again():
    tactic = asked_and_told(2)
    batch = tactic.ask(4)
    tactic.tell(batch, {"top1": np.full(4, np.nan), "macs": np.zeros(4)})
    again = tactic.ask(8)
    assert not set(tactic.space.keys(again)) & set(tactic.space.keys(batch))


def test_bounds_and_a_constrained_space_are_kept():
    supernet = Instant()
    space = supernet.space.constrain({"ks_0": [5], "d_1": [1, 2]})
    tactic = asked_and_told(4, space=space, bounds={"params": 5.0})
    proposed = tactic.space.convert(tactic.ask(8), supernet.space)
    assert (supernet.exact("params", proposed) <= 5.0).all() and (proposed[:, 0] == 1).all()


def test_batches_by_gain_gain_more_than_as_published():
    reference, ideal = np.array([-40.0, 90.0]), np.array([-80.0, 10.0])
    found = []
    for paper in (False, True):
        tactic = asked_and_told(5, paper=paper)
        points = np.column_stack([-tactic.values["top1"], tactic.values["macs"]])
        found.append(hypervolume(points, reference, ideal))
    assert found[0] > found[1]
