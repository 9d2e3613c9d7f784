import numpy as np
import pytest
from helpers.searches import KINDS, asked_and_told, quick, values_of
from instant import Instant

from archfront.core.platform import Platform
from archfront.search.concurrent import ConcurrentNAS, PublishedConcurrentNAS
from archfront.search.proposal import SearchSettings
from archfront.tactics import TACTICS, tactic

SETTINGS = SearchSettings("nsga2", 20, 15, 0.9)


@pytest.fixture(params=TACTICS)
def each(request, monkeypatch):
    """The class of each tactic, with smaller settings where these only cost time."""
    quick(monkeypatch)
    return tactic(request.param)


def test_each_asks_for_what_is_new_and_reproducible(each):
    first, second = (asked_and_told(3, each, settings=SETTINGS) for _ in range(2))
    assert (first.measured == second.measured).all() and len(first.measured) == 24
    assert len(set(first.supernet.space.keys(first.measured))) == 24


def test_one_told_everything_asks_as_one_that_was_there_all_along(each):
    """So the workflow's iterations are one search, whichever process they run in."""
    whole = asked_and_told(3, each, settings=SETTINGS)
    later = each(whole.supernet, ["top1", "macs"], KINDS, SETTINGS, 1, reference=whole.reference)
    later.tell(whole.measured, whole.values)
    assert (later.ask(8) == whole.ask(8)).all() and later.expected_gain == whole.expected_gain


def test_each_leaves_failures_aside_and_keeps_to_its_space(each):
    supernet = Instant()
    space = supernet.space.constrain({"ks_0": [5], "d_1": [1, 2]})
    made = asked_and_told(2, each, settings=SETTINGS, space=space, bounds={"params": 5.0})
    failed = made.space.convert(made.ask(4), supernet.space)
    made.tell(failed, values_of(supernet, failed) | {"top1": np.full(4, np.nan)})
    again = made.space.convert(made.ask(8), supernet.space)
    assert supernet.space.contained_in(again, space).all() and (again[:, 0] == 1).all()
    assert not set(supernet.space.keys(again)) & set(supernet.space.keys(failed))


@pytest.mark.parametrize("made", [ConcurrentNAS, PublishedConcurrentNAS])
def test_batches_lie_within_the_bounds(made):
    tactic = asked_and_told(2, made, bounds={"params": 5.0})
    proposed = tactic.space.convert(tactic.ask(8), tactic.supernet.space)
    assert (tactic.supernet.exact("params", proposed) <= 5.0).all()


def in_units(made, top1, latency):
    """The sub-networks that a run asks for, if its objectives are these multiples of their usual
    units. About half of the space is beyond the bound."""
    supernet = Instant()
    kinds = {"top1": "auto", "latency": "auto"}
    run = made(supernet, ["top1", "latency"], kinds, SETTINGS, 1, bounds={"latency": 20 * latency})
    for batch in (24, 4):
        rows = run.space.convert(run.ask(batch), supernet.space)
        configurations = supernet.space.decode(rows)
        run.tell(
            rows,
            {
                name: unit * np.array([*supernet.measure(name, configurations, Platform("x"), {})])
                for name, unit in (("top1", top1), ("latency", latency))
            },
        )
    return run.measured


def test_the_units_of_objectives_make_no_difference(each):
    assert (in_units(each, 2.0**-30, 2.0**40) == in_units(each, 1.0, 1.0)).all()
