"""An experiment in one process: random samples, ConcurrentNAS, and the files that figures read.

This module is for machines that are available for minutes. On such a machine the imports and the
set-up of the GPU would take most of the time of each job of the workflow. The module calls the
same functions as the workflow's scripts. It writes the same files to the same paths of a folder of
results. The searches run in other processes, one per platform, while nothing is measured.
"""

import shutil
import time
from concurrent.futures import Executor
from pathlib import Path

import numpy as np
import pandas as pd

from archfront.config.layout import OnPlatform, Run, sample_archives, shared, transferred
from archfront.config.queries import closed_forms, predictor_kinds, validated_objectives
from archfront.core.archive import all_samples, archive, front, read_archive
from archfront.core.files import read_json, read_table, write_json, write_table
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
    """The remaining time is too short. All measurements so far are in the store."""


class Clock:
    """The end of the available time: ``until``, in seconds since the epoch."""

    def __init__(self, until: float):
        self.until = until

    def left(self) -> float:
        """The remaining seconds; negative after the end."""
        return self.until - time.time()

    def need(self, seconds: float = 0.0) -> None:
        """Raise :class:`OutOfTime` if fewer than ``seconds`` are left."""
        if self.left() < seconds:
            raise OutOfTime(f"{max(0.0, self.left()):.0f} s are left, {seconds:.0f} s are needed")


class Experiment:
    """The steps of an experiment. Steps that measure raise :class:`OutOfTime` if the time is over.

    settings: the validated config.
    results:  the folder of all results.
    data:     the folder of the images for top-1.
    """

    def __init__(
        self, settings: dict, results: Path, store: MeasurementStore, data: Path, clock: Clock
    ):
        self.settings, self.folder = settings, results / settings["experiment"]
        self.store, self.data, self.clock = store, data, clock
        self.network = supernet(settings)

    def sample(self, seed: int) -> None:
        """Measure the random samples of a seed on every platform."""
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
        """Write the reference point of each platform, from the samples of the seed."""
        objectives, bounds = self.settings["objectives"], self.settings["bounds"]
        for name in self.settings["platforms"]:
            samples = read_archive(self.folder / Run(seed, name, "samples").archive)
            reference = reference_point(samples, objectives, None, bounds)
            write_json(self.folder / OnPlatform(name).reference, reference)

    def search(self, seed: int, searchers: Executor) -> None:
        """Run ConcurrentNAS on every platform. The searches of all platforms run at the same time,
        and the measurements run one after another."""
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
                    raise OutOfTime("the time was over before the searches had ended") from None
            for name in names:
                own = Run(seed, name, TACTIC).iteration(iteration)
                population = read_table(self.folder / own.population)
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
        """Measure the front of each platform on every other platform."""
        names = list(self.settings["platforms"])
        for here in names:
            for there in names:
                if here != there:
                    self._transfer(seed, here, there)

    def _transfer(self, seed: int, here: str, there: str) -> None:
        """Measure the front of platform ``there`` on platform ``here``; at most ``chunk_size``
        sub-networks."""
        rows = read_archive(self.folder / Run(seed, there, TACTIC).front)
        count = self.settings["measurement"]["chunk_size"]
        chosen = rows.iloc[best(archive_costs(rows, self.settings["objectives"]), count)]
        population = chosen[["digest", *self.network.space.names]].reset_index(drop=True)
        moved = Run(seed, here, transferred(TACTIC, there))
        write_table(self.folder / moved.population, population)
        self._collect(population, here, None, 0, self.folder / moved.archive)

    def describe_fronts(self) -> None:
        """Write the values of the elastic parameters on the fronts of each platform, over all
        seeds."""
        space, thresholds = self.network.space, self.settings["popdb"]["thresholds"]
        for name in self.settings["platforms"]:
            runs = [Run(seed, name, TACTIC).front for seed in self.settings["seeds"]]
            fronts = pd.concat([read_table(self.folder / run) for run in runs])
            rows = read_population(space, fronts.drop_duplicates("digest").reset_index(drop=True))
            content, shares = popdb.constrain(space, rows, np.zeros(len(rows), int), thresholds)
            write_json(self.folder / OnPlatform(name).front_constraint, content)
            write_table(self.folder / OnPlatform(name).front_values, shares)

    def draw_learning_curves(self) -> None:
        """Write the errors of the predictors on the samples of all seeds, for each platform."""
        asked = self.settings["learning_curve"]
        for name in self.settings["platforms"]:
            paths = [self.folder / path for path in sample_archives(self.settings, name)]
            names, kinds = validated_objectives(self.settings), predictor_kinds(self.settings)
            kinds = {name: kinds[name] for name in names}
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
        """Measure a population on a platform. Append it to the archive ``before`` and write the
        archive to ``place``."""
        names = validated_objectives(self.settings)
        parts = [self._measured(one, population, name) for one in names]
        found, exact_ones = pd.concat(parts, ignore_index=True), closed_forms(self.settings)
        rows = archive(self.network, population, found, before, iteration, exact_ones)
        write_table(place, rows)

    def _measured(self, name: str, population: pd.DataFrame, platform: str) -> pd.DataFrame:
        """Measurements of the objective ``name``, chunk by chunk."""
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
    """Import the modules that a search needs."""
    import archfront.predictors.ensemble  # noqa: F401
    import archfront.search.concurrent  # noqa: F401
    import archfront.search.nsga2  # noqa: F401


def propose(settings: dict, folder: Path, seed: int, platform: str, iteration: int) -> None:
    """Search for the sub-networks that ConcurrentNAS measures next on a platform, and write the
    proposal to the iteration's folder."""
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
    """The path of the archive that an iteration starts from."""
    if iteration == 1:
        return Run(seed, platform, "samples").archive
    return Run(seed, platform, TACTIC).iteration(iteration - 1).archive
