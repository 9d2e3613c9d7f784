"""Each rival has the properties that its authors describe."""

from itertools import combinations, pairwise

import numpy as np
import optuna
import pytest
import torch
from instant import Instant
from test_tactics import KINDS, SETTINGS, asked_and_told, values_of

from archfront.baselines import lanas, nsganetv2, once_for_all, seminas, weaknas
from archfront.baselines.optuna_search import GENERATION, OptunaNSGA2
from archfront.core.metrics import tau
from archfront.search.operators import resampling_mutation
from archfront.search.proposal import SearchSettings

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
    costs = np.column_stack([-made._predicted("top1"), made._predicted("macs")])
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
    assert (made._numbers(made.pool) == made.pool).all()
    active = SPACE.active(made.pool)
    assert (made.pool[~active] > 0).any()  # hidden values, which a canonical form would blank


def test_with_one_objective_weaknas_takes_the_highest_predicted(small_pool):
    supernet = Instant()
    made = weaknas.WeakNAS(supernet, ["top1"], KINDS, SETTINGS, 1)
    made.reference = {}
    rows = made.ask(50)
    made.tell(rows, values_of(supernet, rows))
    batch = set(SPACE.keys(made.ask(20)))
    best = np.argsort(-made._predicted("top1"), kind="stable")[:40]
    assert batch <= set(SPACE.keys(made.pool[best]))


def test_adaptive_switching_takes_the_surrogate_that_ranks_best():
    random = np.random.default_rng(0)
    rows = random.integers(0, 3, (80, 6)).astype(float)
    steps = np.where(rows[:, 0] > 1, 5.0, 0) + np.where(rows[:, 1] > 0, 2.0, 0)
    tree = nsganetv2.switched(rows, steps + 0.01 * random.normal(size=80))
    smooth = nsganetv2.switched(rows, rows @ np.arange(1, 7))
    others = random.integers(0, 3, (50, 6)).astype(float)
    assert np.abs(smooth(others) - others @ np.arange(1, 7)).max() < 0.2
    assert np.corrcoef(tree(others), 5 * (others[:, 0] > 1) + 2 * (others[:, 1] > 0))[0, 1] > 0.97


def test_a_batch_evens_out_the_front_as_well_as_the_best_of_all_batches():
    random = np.random.default_rng(2)
    front, candidates = np.array([0.0, 1, 2, 8, 10]), random.random(9) * 10
    chosen = nsganetv2.evenly(front, candidates, 3, 0)

    def deviation(numbers):
        return np.std(np.diff(np.sort([*front, *candidates[list(numbers)]])))

    everything = [deviation(numbers) for numbers in combinations(range(9), 3)]
    assert len(set(chosen)) == 3 and deviation(chosen) == pytest.approx(min(everything), rel=0.05)


def test_nsganetv2_starts_from_the_smallest_and_the_largest():
    made = asked_and_told(1, nsganetv2.NSGANetV2)
    assert {*SPACE.keys(SPACE.extremes())} <= {*SPACE.keys(made.measured)}


def test_once_for_all_finds_the_best_within_each_limit(monkeypatch):
    monkeypatch.setattr(once_for_all, "GENERATIONS", 60)
    made = once_for_all.OnceForAllSearch(Instant(), ["top1", "macs"], KINDS, SETTINGS, 1)

    def additive(rows):
        active = SPACE.canonical(rows) + 1.0
        return np.column_stack([-active.sum(axis=1), made.supernet.exact("macs", rows)])

    limits = [25.0, 40.0, 60.0]
    found = np.concatenate(
        [once_for_all.evolved(made, additive, np.array([limit]), [1]) for limit in limits]
    )
    costs = additive(found)
    assert (costs[:, 1] <= limits).all() and all(a > b for a, b in pairwise(costs[:, 0]))
    random = np.random.default_rng(0)
    near = resampling_mutation(found.repeat(300, axis=0), SPACE.cardinalities, 0.1, random)
    around = additive(near).reshape(3, 300, 2)
    better = (around[:, :, 1] <= costs[:, None, 1]) & (around[:, :, 0] < costs[:, None, 0])
    assert better.mean() < 0.02  # next to nothing beside it is better and no more costly
    assert len(once_for_all.evolved(made, additive, np.array([0.0]), [1])) == 0


def test_lanas_parts_good_from_bad_and_samples_the_good():
    random = np.random.default_rng(1)
    features = random.integers(0, 2, (200, 10)).astype(float)
    costs = features @ np.arange(10) + random.normal(size=200)
    root = lanas.grown(features, costs, 3)
    good = lanas.contained([(root, True)], features)
    assert costs[good].mean() == pytest.approx(root.good.cost) and root.good.cost < root.bad.cost
    assert root.good.visits + root.bad.visits == root.visits == 200
    path = lanas.followed(root, np.ptp(costs))
    assert path[0][1] and len(path) >= 2
    inside = lanas.contained(path, features)
    assert 0 < inside.sum() < 60 and costs[inside].mean() < np.quantile(costs, 0.25)
    root.visits, root.bad.visits = 10**6, 1  # next to nothing is known of the bad side
    assert not lanas.followed(root, np.ptp(costs))[0][1]


def test_lanas_does_not_split_what_is_too_small_or_all_alike():
    features = np.eye(30)
    assert lanas.grown(features, np.arange(30.0), 5).weights is None
    assert lanas.grown(np.tile(features, (3, 1)), np.zeros(90), 5).weights is None


def test_lanas_finds_better_ones_than_random_search():
    made = asked_and_told(12, lanas.LaNAS, batch=10)
    top1 = made.values["top1"]
    assert top1[80:].mean() > top1[:40].mean() + top1[:40].std()


def test_seminas_learns_to_rebuild_and_to_rank_and_climbs():
    random = np.random.default_rng(0)
    rows = SPACE.sample(300, 3)
    goodness = Instant().exact("macs", rows)
    goodness = (goodness - goodness.mean()) / goodness.std()
    torch.manual_seed(0)
    model = seminas.trained(SPACE, rows[:200], goodness[:200], rows[:200], 400)
    with torch.inference_mode():
        predicted = model.predict(model.encode(model.tokens(rows[200:]))).numpy()
    assert tau(goodness[200:], predicted) > 0.7
    start = rows[random.choice(200, 50, replace=False)]
    assert (model.climbed(start, 0.0) == start)[SPACE.active(start)].mean() > 0.6
    there, far = (Instant().exact("macs", model.climbed(start, step)) for step in (0.0, 100.0))
    assert far.mean() > there.mean() + 0.5 * there.std()
    assert (SPACE.canonical(model.climbed(start, 100.0)) < SPACE.cardinalities).all()


def test_optuna_is_told_which_generation_each_sub_network_is_of(monkeypatch):
    told = []
    create = optuna.trial.create_trial
    monkeypatch.setattr(
        optuna.trial, "create_trial", lambda **given: told.append(given) or create(**given)
    )
    made = asked_and_told(3, OptunaNSGA2, settings=SearchSettings("nsga2", 6, 1, 0.9))
    told.clear()
    made.ask(4)
    generations = [given["system_attrs"][GENERATION] for given in told]
    assert generations == [number // 6 for number in range(24)]
    assert [given["values"][1] for given in told] == made.values["macs"].tolist()
