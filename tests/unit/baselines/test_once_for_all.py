from itertools import pairwise

import numpy as np
import pytest
from helpers.searches import KINDS, SETTINGS, values_of
from instant import Instant

from archfront.baselines import once_for_all
from archfront.search.operators import resampling_mutation

SPACE = Instant().space


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


def test_the_limits_of_a_batch_go_up_to_the_bound(monkeypatch):
    """All that was measured has fewer MACs than half of the bound."""
    monkeypatch.setattr(once_for_all, "LAYERS", (20,))
    limits = []

    def no_search(tactic, evaluate, limit, seed):
        limits.append(float(limit[0]))
        return tactic.space.extremes()[:0]

    monkeypatch.setattr(once_for_all, "evolved", no_search)
    supernet = Instant()
    rows = SPACE.sample(400, 1)
    rows = rows[supernet.exact("macs", rows) < 40][:20]
    given = supernet, ["top1", "macs"], KINDS, SETTINGS, 1
    made = once_for_all.OnceForAllSearch(*given, bounds={"macs": 80.0})
    made.tell(rows, values_of(supernet, rows))
    made.ask(4)
    low = supernet.exact("macs", rows).min()
    assert limits == pytest.approx([low + share * (80 - low) for share in (0.25, 0.5, 0.75, 1)])
