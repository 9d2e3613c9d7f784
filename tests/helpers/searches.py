"""Tactics on the instant super-network, without the workflow."""

import numpy as np
from instant import Instant

from archfront.baselines import nsganetv2, once_for_all, seminas, weaknas
from archfront.search.concurrent import ConcurrentNAS
from archfront.search.proposal import SearchSettings

SETTINGS = SearchSettings("nsga2", 30, 40, 0.9)
KINDS: dict[str, str] = {}
"""Each tactic has its default kinds."""


def quick(monkeypatch):
    """Smaller settings of the rivals, where these only cost time."""
    monkeypatch.setattr(nsganetv2, "FOLDS", 3)
    monkeypatch.setattr(once_for_all, "GENERATIONS", 20)
    monkeypatch.setattr(once_for_all, "LAYERS", (20,))
    monkeypatch.setattr(weaknas, "ROUNDS", 20)
    monkeypatch.setattr(seminas, "STEPS", 5)
    monkeypatch.setattr(seminas, "FARTHEST", 3)


def asked_and_told(rounds, made=ConcurrentNAS, batch=8, settings=SETTINGS, seed=1, **given):
    """A run on the instant super-network: its tactic, told the values of what it asked for."""
    supernet = Instant()
    tactic = made(supernet, ["top1", "macs"], KINDS, settings, seed, **given)
    for _ in range(rounds):
        rows = tactic.space.convert(tactic.ask(batch), supernet.space)
        tactic.tell(rows, values_of(supernet, rows))
    return tactic


def values_of(supernet, rows):
    values = supernet.measure("top1", supernet.space.decode(rows), None, {})
    told = {"top1": np.array([*values], float)}
    return told | {name: supernet.exact(name, rows) for name in ("macs", "params")}
