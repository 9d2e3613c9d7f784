"""Search within the training of a super-network (paper, section 3: "during training search", as in
Neural Architecture Transfer, Lu et al. 2021).

Each round has two parts. :func:`search` measures the front of the round before and a new batch
under the present weights; :func:`train` trains the weights on the front that this gives. The last
search is under the last weights. A round keeps the sub-networks of a front, not their values, since
these were measured under earlier weights.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pandas as pd

from archfront.core.archive import archive
from archfront.core.files import written_beside
from archfront.core.objective import OBJECTIVES, on_platform
from archfront.core.plain import PluginError
from archfront.core.platform import Platform
from archfront.core.population_table import read_population, with_digests
from archfront.core.required import required
from archfront.core.supernet import SuperNetwork
from archfront.core.types import Indices, Settings
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore
from archfront.search.tactic import Tactic
from archfront.supernets.registry import supernet, with_checkpoint

Measure = Callable[[Indices], pd.DataFrame]
"""A function that measures a population; see :func:`measuring`."""


def measuring(
    network: SuperNetwork,
    objectives: Iterable[str],
    platform: Platform | None,
    settings: Settings,
    store: str | Path,
) -> Measure:
    """A function from rows of the super-network's space to the tables of
    :func:`~archfront.measurement.measure.measure` for these objectives, in one table. The
    measurements are stored in the folder ``store``. ValueError where an objective depends on the
    platform and this host cannot provide the platform."""
    kept = MeasurementStore(store)
    names = list(objectives)
    if on_platform(names):
        required(platform, "platform").check()

    def measured(population: Indices) -> pd.DataFrame:
        tables = []
        for objective in map(OBJECTIVES.__getitem__, names):
            where = platform if objective.per_platform else None
            attempts = settings["attempts"]
            tables.append(measure(network, objective, population, where, settings, kept, attempts))
        return pd.concat(tables, ignore_index=True)

    return measured


def search(
    asked: Tactic,
    known: pd.DataFrame,
    batch: int,
    batches: int,
    measured: Measure,
    closed_forms: Iterable[str],
) -> pd.DataFrame:
    """Measure the sub-networks in the table ``known`` under the present weights, then ``batches``
    batches that the tactic proposes: the archive (:mod:`archfront.core.archive`), with ``known`` as
    iteration 0. The tactic has been told nothing before."""
    network, names, found = asked.supernet, list(closed_forms), pd.DataFrame()
    for iteration in range(batches + 1):
        table = with_digests(asked.space, asked.ask(batch)) if iteration else known
        population = table[["digest", *network.space.names]].reset_index(drop=True)
        rows = read_population(network.space, population)
        before = found if iteration else None
        found = archive(network, population, measured(rows), before, iteration, names)
        asked.tell(rows, found[found["iteration"] == iteration])
    return found


def train(
    given: Mapping[str, object] | str,
    front: pd.DataFrame,
    steps: int,
    seed: int,
    weights: Path,
    settings: Settings,
) -> None:
    """Train the super-network of the config's ``supernet`` for ``steps`` steps on the sub-networks
    of a front, and write the new weights to a file, as a whole or not at all.

    A training that was killed goes on from the state that the super-network has written beside the
    file, if front, weights, steps and seed are the same. ValueError for an empty front.
    :class:`PluginError` if the super-network wrote no file, or if its digest is the same with the
    new weights: measurements under both would be taken for each other.
    """
    network = supernet(given)
    rows = read_population(network.space, front)
    if not len(rows):
        raise ValueError(
            "no sub-network of this round was measured within the bounds, so there is none to "
            "train on; allowed: wider bounds, or a larger start or batch"
        )
    place = [network.digest(), network.space.digests(rows), steps, seed]
    state = weights.with_suffix(
        f".{hashlib.sha256(json.dumps(place).encode()).hexdigest()[:16]}.state"
    )
    name = type(network).__name__
    with written_beside(weights) as beside:
        network.fine_tune(network.space.decode(rows), steps, seed, beside, state, settings)
        if not beside.is_file():
            raise PluginError(f"{name}: fine_tune() wrote no file to its argument weights")
        if supernet(with_checkpoint(given, str(beside))).digest() == network.digest():
            raise PluginError(
                f"{name}: digest() is the same before and after fine_tune(); it must differ, "
                "since measurements under other weights are found by it"
            )
    for old in weights.parent.glob(f"{weights.stem}.*.state"):
        old.unlink()
