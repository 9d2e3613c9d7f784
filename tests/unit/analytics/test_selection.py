import pandas as pd
import pytest

from archfront.analytics.selection import EMPTY_FRONT, choose

FRONT = pd.DataFrame({"top1": [80.0, 79.0, 70.0], "latency": [10.0, 4.0, 3.0]})
OBJECTIVES = ["top1", "latency"]


def chosen(how, row=0, **at_most):
    return choose(FRONT, OBJECTIVES, how, row, at_most).name


def test_the_ways_to_choose():
    assert chosen("knee") == 1
    assert chosen("best_top1") == 0
    assert chosen("best_top1", latency=5) == 1
    assert chosen("best_top1", latency=3) == 2
    assert chosen("row", row=2) == 2


@pytest.mark.parametrize(
    ("how", "row", "at_most", "message"),
    [
        ("knee", 0, {"latency": 1}, "no sub-network of the front has latency <= 1; the least is 3"),
        ("knee", 0, {"latencey": 1}, "the front has no column 'latencey'"),
        ("row", 5, {}, r"export.row: 5 is not among rows \[0, 1, 2\]"),
    ],
)
def test_impossible_choices_are_told(how, row, at_most, message):
    with pytest.raises(ValueError, match=message):
        chosen(how, row, **at_most)


def test_an_empty_front_is_named():
    with pytest.raises(ValueError, match=EMPTY_FRONT):
        choose(FRONT.iloc[:0], OBJECTIVES, "knee", 0, {"latency": 3})
