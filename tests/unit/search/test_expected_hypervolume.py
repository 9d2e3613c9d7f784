import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from archfront.core.pareto import hypervolume
from archfront.search.expected_hypervolume import greedy_nehvi_batch

REFERENCE, IDEAL = np.ones(2), np.zeros(2)


def test_a_batch_by_gain_by_hand():
    known = np.array([[0.5, 0.5]])
    candidates = np.array([[0.4, 0.4], [0.1, 0.9], [0.45, 0.45], [0.6, 0.6], [0.2, 0.8]])
    rows, gain = greedy_nehvi_batch(known[None], candidates[None], 5, REFERENCE, IDEAL)
    # (0.4, 0.4) adds 0.11; (0.2, 0.8) then adds 0.04, (0.1, 0.9) after it 0.01; the rest nothing.
    assert rows.tolist() == [0, 4, 1]
    assert gain == pytest.approx(0.11 + 0.04 + 0.01)
    assert greedy_nehvi_batch(known[None], candidates[None], 1, REFERENCE, IDEAL)[0].tolist() == [0]
    assert len(greedy_nehvi_batch(known[None], np.empty((1, 0, 2)), 3, REFERENCE, IDEAL)[0]) == 0


def test_a_batch_does_not_bet_on_one_error_twice():
    """The first two candidates are good together or not at all; then one of them is enough."""
    known = np.array([[[0.5, 0.5]], [[0.5, 0.5]]])
    candidates = np.array(
        [[[0.2, 0.4], [0.22, 0.4], [0.5, 0.4]], [[0.9, 0.4], [0.9, 0.4], [0.5, 0.4]]]
    )
    rows, gain = greedy_nehvi_batch(known, candidates, 2, REFERENCE, IDEAL)
    # In the first way (0.2, 0.4) adds 0.8 * 0.6 - 0.25, in the second nothing; then the third
    # adds nothing in the first, 0.05 in the second.
    assert rows.tolist() == [0, 2]
    assert gain == pytest.approx((0.8 * 0.6 - 0.25) / 2 + 0.05 / 2)
    beyond = np.array([[[np.inf, np.inf]], [[0.4, 0.4]]])
    assert greedy_nehvi_batch(known, beyond, 1, REFERENCE, IDEAL)[1] == pytest.approx(0.11 / 2)


def boxes(objectives):
    shape = st.tuples(st.integers(1, 2), st.integers(1, 9), st.just(objectives))
    return arrays(float, shape, elements=st.floats(0, 1.2))


@given(st.data(), st.integers(1, 4))
def test_a_batch_by_gain_is_what_plain_greed_chooses(data, objectives):
    candidates = data.draw(boxes(objectives))
    known = data.draw(boxes(objectives))[:1].repeat(len(candidates), axis=0)
    reference, ideal = np.ones(objectives), np.zeros(objectives)

    def volume(chosen):
        both = np.concatenate([known, candidates[:, chosen]], axis=1)
        return np.mean([hypervolume(way, reference, ideal) for way in both])

    rows, gain = greedy_nehvi_batch(known, candidates, 4, reference, ideal)
    rows, everything = rows.tolist(), range(candidates.shape[1])
    for place in range(len(rows)):
        best = max(volume([*rows[:place], other]) for other in everything)
        assert volume(rows[: place + 1]) == pytest.approx(best, abs=1e-12)
    assert gain == pytest.approx(volume(rows) - volume([]), abs=1e-12)
    if len(rows) < min(4, len(everything)):
        assert max(volume([*rows, other]) for other in everything) == pytest.approx(
            volume(rows), abs=1e-12
        )
