"""What a search measures itself, through the store as every measurement is taken."""

from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from archfront.measurement.host_lock import alone, busy
from archfront.measurement.measure import measure
from archfront.measurement.objective import OBJECTIVES, on_platform
from archfront.measurement.platform import Platform
from archfront.measurement.store import MeasurementStore
from archfront.search.live import Live
from archfront.supernets.supernet import SuperNetwork


def live(
    supernet: SuperNetwork,
    names: list[str],
    platform: Platform,
    settings: dict,
    store: str | Path,
    budget: int,
) -> dict[str, Live]:
    """The objectives of these names, at most ``budget`` measurements each in a search, kept in the
    ``store`` (its folder)."""
    kept = MeasurementStore(store)

    def one(name: str) -> Live:
        objective = OBJECTIVES[name]
        where = platform if objective.per_platform else None

        def values(population: np.ndarray) -> np.ndarray:
            taken = measure(
                supernet, objective, population, where, settings, kept, settings["attempts"]
            )
            return taken["value"].to_numpy()

        return Live(supernet.space, values, budget)

    if on_platform(names):
        platform.check()
    return {name: one(name) for name in names}


def held(names: list[str]) -> AbstractContextManager:
    """The host as a search needs it that measures these objectives."""
    return alone() if on_platform(names) else busy()
