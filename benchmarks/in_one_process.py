"""An experiment in one process: its samples, ConcurrentNAS, and what figures read of them.

For machines that are there for minutes, on which each job of a workflow would spend its time on
imports and on getting a GPU ready. It calls what the workflow's scripts call, and leaves the same
files at the same places of a folder of results; only the searches run in processes of their own,
one for each platform, while nothing is measured.
"""

import shutil
import time
from concurrent.futures import Executor
from pathlib import Path

import numpy as np
import pandas as pd

from archfront.config.layout import OnPlatform, Run, sample_archives, shared
from archfront.config.queries import closed_forms, validated_objectives
from archfront.core.archive import all_samples, archive, front, read_archive
from archfront.core.files import read_json, write_json, write_table
from archfront.core.objective import OBJECTIVES
from archfront.core.pareto import archive_costs
from archfront.core.platform import Platform
from archfront.core.population_table import read_population, with_digests
from archfront.core.reference import reference_point
from archfront.measurement.host_lock import alone
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore
from archfront.predictors.quality import learning_curves
from archfront.search import popdb
from archfront.search.crowding import best
from archfront.search.proposal import SearchSettings, stream_seed
from archfront.search.sampling import initial_sample
from archfront.search.tactic import write_proposal
from archfront.supernets.registry import supernet
from archfront.tactics import tactic

TACTIC = "concurrent"


class OutOfTime(Exception):
    """What has been measured so far is in the store; the rest would come too late."""


class Clock:
    """Says how long there is: until a time in seconds since the epoch."""

    def __init__(self, until: float):
        self.until = until

    def left(self) -> float:
        return self.until - time.time()

    def need(self, seconds: float = 0.0) -> None:
        """:class:`OutOfTime` if so many seconds are not left."""
        if self.left() < seconds:
            raise OutOfTime(f"{max(0.0, self.left()):.0f} s left, {seconds:.0f} s needed")


class Experiment:
    """settings: validated; results: the folder of all results; data: what top-1 is taken on."""

    def __init__(
        self, settings: dict, results: Path, store: MeasurementStore, data: Path, clock: Clock
    ):
        self.settings, self.folder = settings, results / settings["experiment"]
        self.store, self.data, self.clock = store, data, clock
        self.network = supernet(settings)

    def sample(self, seed: int) -> None:
        """The random samples of a seed, measured on every platform."""
        asked = self.settings["sampling"]
        rows = initial_sample(self.network.space, asked["count"], seed, asked["extremes"])
        population = with_digests(self.network.space, rows)
        write_table(self.folder / shared(seed, "samples").population, population)
        for name in self.settings["platforms"]:
            place = self.folder / Run(seed, name, "samples").archive
            self._collect(population, name, None, 0, place)
        if seed == self.settings["seeds"][0]:
            self._set_references(seed)

    def _set_references(self, seed: int) -> None:
        objectives, bounds = self.settings["objectives"], self.settings["bounds"]
        for name in self.settings["platforms"]:
            samples = read_archive(self.folder / Run(seed, name, "samples").archive)
            reference = reference_point(samples, objectives, None, bounds)
            write_json(self.folder / OnPlatform(name).reference, reference)

    def search(self, seed: int, searchers: Executor) -> None:
        """ConcurrentNAS on every platform: their searches at the same time, their measurements one
        after the other."""
        names, loop = list(self.settings["platforms"]), self.settings["concurrent"]
        for iteration in range(1, loop["iterations"] + 1):
            self.clock.need()
            asked = [
                searchers.submit(propose, self.settings, self.folder, seed, name, iteration)
                for name in names
            ]
            for one in asked:
                try:
                    one.result(timeout=max(0.0, self.clock.left()))
                except TimeoutError:
                    raise OutOfTime("the searches take longer than there is time") from None
            for name in names:
                own = Run(seed, name, TACTIC).iteration(iteration)
                population = pd.read_csv(self.folder / own.population)
                before = read_archive(self.folder / _before(seed, name, iteration))
                self._collect(population, name, before, iteration, self.folder / own.archive)
        for name in names:
            run = Run(seed, name, TACTIC)
            last = self.folder / run.iteration(loop["iterations"]).archive
            shutil.copy(last, self.folder / run.archive)
            rows = read_archive(last)
            found = front(rows, self.settings["objectives"], self.settings["bounds"])
            write_table(self.folder / run.front, found)

    def transfer(self, seed: int) -> None:
        """The front of each platform, measured on each other."""
        names = list(self.settings["platforms"])
        for here in names:
            for there in names:
                if here != there:
                    self._transfer(seed, here, there)

    def _transfer(self, seed: int, here: str, there: str) -> None:
        rows = read_archive(self.folder / Run(seed, there, TACTIC).front)
        count = self.settings["measurement"]["chunk_size"]
        chosen = rows.iloc[best(archive_costs(rows, self.settings["objectives"]), count)]
        population = chosen[["digest", *self.network.space.names]].reset_index(drop=True)
        moved = Run(seed, here, f"from_{there}")
        write_table(self.folder / moved.population, population)
        self._collect(population, here, None, 0, self.folder / moved.archive)

    def describe_fronts(self) -> None:
        """Which values of elastic parameters the fronts of each platform have."""
        space, thresholds = self.network.space, self.settings["popdb"]["thresholds"]
        for name in self.settings["platforms"]:
            runs = [Run(seed, name, TACTIC).front for seed in self.settings["seeds"]]
            fronts = pd.concat([pd.read_csv(self.folder / run) for run in runs])
            rows = read_population(space, fronts.drop_duplicates("digest").reset_index(drop=True))
            content, shares = popdb.constrain(space, rows, np.zeros(len(rows), int), thresholds)
            write_json(self.folder / OnPlatform(name).front_constraint, content)
            write_table(self.folder / OnPlatform(name).front_values, shares)

    def draw_learning_curves(self) -> None:
        """Errors of the predictors on the samples of all seeds, for each platform."""
        asked = self.settings["learning_curve"]
        for name in self.settings["platforms"]:
            paths = [self.folder / path for path in sample_archives(self.settings, name)]
            kinds = {n: self.settings["predictors"][n] for n in validated_objectives(self.settings)}
            some = asked["rows"], asked["trials"], asked["compare"]
            curve, pairs = learning_curves(self.network, all_samples(paths), kinds, *some)
            write_table(self.folder / OnPlatform(name).learning_curve, curve)
            write_table(self.folder / OnPlatform(name).actual_predicted, pairs)

    def _collect(
        self,
        population: pd.DataFrame,
        name: str,
        before: pd.DataFrame | None,
        iteration: int,
        place: Path,
    ) -> None:
        """Measure a population on a platform, and put it behind what was measured before."""
        names = validated_objectives(self.settings)
        parts = [self._measured(one, population, name) for one in names]
        found, exact_ones = pd.concat(parts, ignore_index=True), closed_forms(self.settings)
        rows = archive(self.network, population, found, before, iteration, exact_ones)
        write_table(place, rows)

    def _measured(self, name: str, population: pd.DataFrame, platform: str) -> pd.DataFrame:
        objective, asked = OBJECTIVES[name], self.settings["measurement"]
        rows = read_population(self.network.space, population)
        where = None
        if objective.per_platform:
            where = Platform(platform, **self.settings["platforms"][platform])
            where.check()
        taken, size = [], asked["chunk_size"]
        for first in range(0, len(rows), size):
            self.clock.need()
            part, given = rows[first : first + size], asked | {"data": self.data}
            with alone():
                taken.append(measure(self.network, objective, part, where, given, self.store))
        return pd.concat(taken, ignore_index=True)


def get_ready() -> None:
    """Import what a search imports."""
    import archfront.predictors.ensemble
    import archfront.search.concurrent
    import archfront.search.nsga2  # noqa: F401


def propose(settings: dict, folder: Path, seed: int, platform: str, iteration: int) -> None:
    """What ConcurrentNAS measures next on a platform, written to the iteration's folder."""
    network = supernet(settings)
    rows = read_archive(folder / _before(seed, platform, iteration))
    searching = tactic(TACTIC)(
        network,
        settings["objectives"],
        settings["predictors"],
        SearchSettings.from_config(settings["search"]),
        stream_seed("propose", seed, platform, TACTIC),
        settings["bounds"],
        reference=read_json(folder / OnPlatform(platform).reference),
    )
    searching.tell(read_population(network.space, rows), rows)
    batch = searching.ask(settings["concurrent"]["batch"])
    own = Run(seed, platform, TACTIC).iteration(iteration)
    files = own.population, own.history, own.predictors, own.expected_gain
    write_proposal(searching, batch, *(str(folder / path) for path in files))


def _before(seed: int, platform: str, iteration: int) -> str:
    """The archive that an iteration starts from."""
    if iteration == 1:
        return Run(seed, platform, "samples").archive
    return Run(seed, platform, TACTIC).iteration(iteration - 1).archive
