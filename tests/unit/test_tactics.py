"""Tactics asked and told, what they start from, and the choice of a batch by gain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from instant import Instant

from archfront.baselines import once_for_all, seminas, weaknas
from archfront.baselines.random_search import RandomSearch
from archfront.core.pareto import front_mask, hypervolume
from archfront.core.population_table import with_digests
from archfront.predictors.features import Features
from archfront.search.concurrent import DEVIATIONS, ConcurrentNAS, PublishedConcurrentNAS
from archfront.search.expected_hypervolume import greedy_nehvi_batch
from archfront.search.proposal import SearchSettings
from archfront.search.validation import ValidationSearch
from archfront.search.warm_start import warm_population
from archfront.tactics import TACTICS, tactic

REFERENCE, IDEAL = np.ones(2), np.zeros(2)
SETTINGS = SearchSettings("nsga2", 30, 40, 0.9)
KINDS = {"top1": "auto"}


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


def asked_and_told(rounds, made=ConcurrentNAS, batch=8, settings=SETTINGS, **given):
    """A run on the instant super-network: its tactic, told the values of what it asked for."""
    supernet = Instant()
    tactic = made(supernet, ["top1", "macs"], KINDS, settings, 1, **given)
    for _ in range(rounds):
        rows = tactic.space.convert(tactic.ask(batch), supernet.space)
        tactic.tell(rows, values_of(supernet, rows))
    return tactic


def values_of(supernet, rows):
    values = supernet.measure("top1", supernet.space.decode(rows), None, {})
    told = {"top1": np.array([*values], float)}
    return told | {name: supernet.exact(name, rows) for name in ("macs", "params")}


@pytest.fixture(params=TACTICS)
def each(request, monkeypatch):
    """The class of each tactic, with smaller settings where these only cost time."""
    monkeypatch.setattr(once_for_all, "GENERATIONS", 20)
    monkeypatch.setattr(once_for_all, "LAYERS", (20,))
    monkeypatch.setattr(weaknas, "ROUNDS", 20)
    monkeypatch.setattr(seminas, "STEPS", 5)
    monkeypatch.setattr(seminas, "FARTHEST", 3)
    return tactic(request.param)


def test_each_asks_for_what_is_new_and_reproducible(each):
    first, second = asked_and_told(4, each), asked_and_told(4, each)
    assert (first.measured == second.measured).all() and len(first.measured) == 32
    assert len(set(first.supernet.space.keys(first.measured))) == 32


def test_one_told_everything_asks_as_one_that_was_there_all_along(each):
    """So the workflow's iterations are one search, whichever process they run in."""
    whole = asked_and_told(3, each)
    later = each(whole.supernet, ["top1", "macs"], KINDS, SETTINGS, 1, reference=whole.reference)
    later.tell(whole.measured, whole.values)
    assert (later.ask(8) == whole.ask(8)).all() and later.expected_gain == whole.expected_gain


def test_each_leaves_failures_aside_and_keeps_to_its_space(each):
    supernet = Instant()
    space = supernet.space.constrain({"ks_0": [5], "d_1": [1, 2]})
    made = asked_and_told(2, each, space=space, bounds={"params": 5.0})
    failed = made.space.convert(made.ask(4), supernet.space)
    made.tell(failed, values_of(supernet, failed) | {"top1": np.full(4, np.nan)})
    again = made.space.convert(made.ask(8), supernet.space)
    assert supernet.space.contained_in(again, space).all() and (again[:, 0] == 1).all()
    assert not set(supernet.space.keys(again)) & set(supernet.space.keys(failed))


@pytest.mark.parametrize("made", [ConcurrentNAS, PublishedConcurrentNAS])
def test_batches_lie_within_the_bounds(made):
    tactic = asked_and_told(4, made, bounds={"params": 5.0})
    proposed = tactic.space.convert(tactic.ask(8), tactic.supernet.space)
    assert (tactic.supernet.exact("params", proposed) <= 5.0).all()


def test_as_published_means_ridge_on_one_hot_features():
    published = asked_and_told(2, PublishedConcurrentNAS)
    assert {(p.kind, p.features) for p in published.predictors.values()} == {("ridge", "one_hot")}
    assert published.expected_gain is None and asked_and_told(2).expected_gain > 0


def told_of_elsewhere(made, supernet, rows, values, **kinds):
    """One that was told 10 sub-networks, and has learned of these."""
    own = supernet.space.sample(10, 5)
    one = made(
        supernet, ["top1", "latency", "macs"], KINDS | {"latency": "auto"} | kinds, SETTINGS, 1
    )
    one.tell(own, values_of(supernet, own) | {"latency": np.arange(10.0)})
    one.learn(rows, values)
    return one


@pytest.mark.parametrize("kind", ["auto", "ridge"])
def test_what_was_measured_elsewhere_trains_predictors_of_what_is_the_same_there(kind):
    supernet = Instant()
    rows = np.concatenate([supernet.space.sample(10, 5)[:2], supernet.space.sample(200, 6)])
    values = values_of(supernet, rows) | {"latency": np.full(202, 1e6)}
    values["top1"][5] = np.nan
    taught = told_of_elsewhere(ConcurrentNAS, supernet, rows, values, top1=kind)
    none = {name: some[:0] for name, some in values.items()}
    plain = told_of_elsewhere(ConcurrentNAS, supernet, rows[:0], none, top1=kind)
    population, table = taught.training_data()
    assert len(population) == 210 and table["top1"].notna().sum() == 209  # two were measured here
    assert table["latency"].notna().sum() == 10
    for one in (taught, plain):
        one.ask(4)
    some = supernet.space.sample(300, 7)
    seen, actual = Features(supernet), values_of(supernet, some)["top1"]
    off = [
        np.abs(model(seen(some, model.features)) - actual).mean()
        for model in (taught.predictors["top1"], plain.predictors["top1"])
    ]
    assert off[0] < off[1] / 3
    latency = [one.predictors["latency"] for one in (taught, plain)]
    assert (latency[0](seen(some, latency[0].features)) < 100).all()
    assert np.array_equal(*(model.weights for model in latency))


def test_what_was_measured_elsewhere_may_be_asked_for():
    supernet = Instant()
    names, parameters = supernet.space.names, supernet.space.parameters
    first = {name: [one.values[0]] for name, one in zip(names, parameters, strict=True)}
    small = supernet.space.constrain(first | {"ks_0": [3, 5, 7], "e_0": [3, 4, 6]})
    rows = small.convert(small.sample(9, 1), supernet.space)
    made = ConcurrentNAS(supernet, ["top1", "macs"], KINDS, SETTINGS, 1, space=small)
    made.tell(rows[:3], values_of(supernet, rows[:3]))
    made.learn(rows, values_of(supernet, rows))
    asked = small.convert(made.ask(6), supernet.space)
    assert set(supernet.space.keys(asked)) == set(supernet.space.keys(rows[3:]))


def test_as_published_nothing_is_learned_from_elsewhere():
    supernet = Instant()
    rows = supernet.space.sample(100, 6)
    values = values_of(supernet, rows)
    none = {name: some[:0] for name, some in values.items()}
    made = [
        told_of_elsewhere(PublishedConcurrentNAS, supernet, *known)
        for known in ((rows, values), (rows[:0], none))
    ]
    assert np.array_equal(*(one.ask(4) for one in made))


def found_by(made, **given):
    tactic = asked_and_told(5, made, **given)
    points = np.column_stack([-tactic.values["top1"], tactic.values["macs"]])
    return hypervolume(points, np.array([-40.0, 90.0]), np.array([-80.0, 10.0]))


def test_concurrent_finds_more_than_as_published_and_all_more_than_random():
    found = {name: found_by(tactic(name)) for name in ("concurrent", "concurrent_paper", "random")}
    assert found["concurrent"] > found["concurrent_paper"] > found["random"]


def test_each_member_has_a_search_on_its_upper_confidence_bound():
    made = asked_and_told(4)
    asked = made.ask(8)
    features, first = Features(made.supernet), made.predictors["top1"]
    seen = features(made.history.population, first.features)
    assert np.allclose(-made.history.costs[:, 0], first.confidence_bound(seen, DEVIATIONS))
    assert (first.confidence_bound(seen, DEVIATIONS) > first(seen)).all()
    # Each member has a search: the batch is not that of the first member alone.
    made.kinds = {"top1": "ridge"}
    assert not np.array_equal(made.ask(8), asked)
    assert made.predictors["top1"].kind == "ridge" and made.expected_gain > 0


def test_validations_alone_lead_to_better_children():
    """Parents are the best of all that was measured: later batches are better than earlier ones."""
    settings = SearchSettings("nsga2", 10, 1, 0.9)
    made = asked_and_told(8, ValidationSearch, batch=10, settings=settings)
    share = front_mask(np.column_stack([-made.values["top1"], made.values["macs"]]))
    assert share[40:].sum() > 1.5 * share[:40].sum()


def test_random_search_is_one_sequence():
    made, space = asked_and_told(3, RandomSearch), Instant().space
    assert (made.measured == space.sample(24, 1)).all()


def test_what_a_warm_started_search_starts_from():
    space = Instant().space
    rows, samples = space.sample(6, 3), space.sample(10, 4)
    found = with_digests(space, rows)
    found["top1"], found["macs"] = [70.0, 71, 69, 72, np.nan, 60], [10.0, 11, 12, 13, 1, 20]
    chosen = warm_population(space, space, found, ["top1", "macs"], samples, 3)
    assert space.digests(chosen) == space.digests(rows[[0, 1, 3]])  # the front, in its order
    more = warm_population(space, space, found, ["top1", "macs"], samples, 8)
    assert space.digests(more) == space.digests(
        np.concatenate([rows[[0, 1, 2, 3, 5]], samples[:3]])
    )
    # The best in latency, if only that is known; only what the constrained space contains.
    found["latency"] = [5.0, 4, 3, 2, np.nan, 1]
    table = found.drop(columns=["top1", "macs"])
    best = warm_population(space, space, table, ["top1", "latency"], samples, 1)
    assert space.digests(best) == space.digests(rows[[5]])
    small = space.constrain({"ks_0": [5]})
    few = warm_population(space, small, found, ["top1", "macs"], small.sample(4, 1), 4)
    assert len(set(small.digests(few))) == 4 and (small.convert(few, space)[:, 0] == 1).all()
