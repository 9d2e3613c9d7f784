"""The paths of the files of an experiment. No other module spells them.

A path is text with ``/``, relative to the experiment's folder ``results/<experiment>/``. A seed, a
platform, a tactic or a number may be a Snakemake wildcard such as ``"{seed}"``: the rules take the
patterns of their inputs and outputs from this module. ``prefix`` is put before every path.

>>> Run(1, "one_thread", "concurrent").iteration(2).population
'seed1/one_thread/concurrent/iteration2/population.csv'
"""

import re
from dataclasses import dataclass
from pathlib import Path

from archfront.core.types import Config

STOP = "stop"
"""This file exists while a person wants the running loops to end."""
DATA = "data"
EXPORT = "export"
SUMMARY = "summary.csv"
REPORT = "report.html"
EXPLORER = "explorer.html"
PROVENANCE = "provenance.json"
PLAN = "plan.csv"
CHECK = "check_supernet.csv"
CONFORMITY = "conformity.csv"
CONFIG = "config.yaml"
"""The config of the experiment's last run."""
POPULATIONS = "seed*/**/population.csv"
MEASURED = "seed*/**/measured/**/*.csv"


@dataclass(frozen=True)
class Batch:
    """A batch of sub-networks that are measured together. ``folder`` holds their population."""

    folder: str

    @property
    def population(self) -> str:
        return f"{self.folder}/population.csv"

    @property
    def archive(self) -> str:
        """All measurements of the run up to and including this batch; see
        :mod:`archfront.core.archive`."""
        return f"{self.folder}/archive.csv"

    def measured(self, objective: str, chunk: int | str, platform: str | None = None) -> str:
        """The results of one chunk. Give ``platform`` if the objective depends on a platform."""
        place = objective if platform is None else f"{objective}/{platform}"
        return f"{self.folder}/measured/{place}/{chunk}.csv"


@dataclass(frozen=True)
class Iteration(Batch):
    """One iteration of a tactic that measures in batches: the files of its proposal and its
    verdict."""

    @property
    def history(self) -> str:
        return f"{self.folder}/history.csv"

    @property
    def predictors(self) -> str:
        return f"{self.folder}/predictors.npz"

    @property
    def expected_gain(self) -> str:
        return f"{self.folder}/expected_gain.json"

    @property
    def verdict(self) -> str:
        return f"{self.folder}/verdict.json"


class Run(Iteration):
    """A run: a tactic on a platform with a seed.

    A full search has one batch, in the run's folder itself. A tactic that measures in batches has a
    folder per iteration.
    """

    def __init__(self, seed: int | str, platform: str, tactic: str, prefix: str = ""):
        super().__init__(f"{prefix}seed{seed}/{platform}/{tactic}")

    @property
    def front(self) -> str:
        return f"{self.folder}/front.csv"

    @property
    def start(self) -> Batch:
        """The sub-networks that a warm-started run, or a run in a constrained space, measures
        first."""
        return Batch(f"{self.folder}/start")

    def iteration(self, number: int | str) -> Iteration:
        """The iteration of this number; numbers begin with 1."""
        return Iteration(iteration_of(self.folder, number).folder)


@dataclass(frozen=True)
class Trained(Batch):
    """A search within the training of the super-network, under the weights of one round or of the
    whole training."""

    @property
    def front(self) -> str:
        return f"{self.folder}/front.csv"

    @property
    def weights(self) -> str:
        """The weights after the training on the front."""
        return f"{self.folder}/weights.pt"


class WithinTraining(Trained):
    """A training of the super-network, and the search within it by a tactic on a platform with a
    seed. ``archive`` and ``front`` are those under the last weights."""

    def __init__(self, seed: int | str, platform: str, tactic: str, prefix: str = ""):
        super().__init__(f"{prefix}training/seed{seed}/{platform}/{tactic}")

    def round(self, number: int | str) -> Trained:
        """The round of this number; numbers begin with 1."""
        return Trained(f"{self.folder}/round{number}")


@dataclass(frozen=True)
class PopDB:
    """The files of a seed's constrained space: the constraint, and the value frequencies and the
    clusters that it was made from."""

    seed: int | str
    prefix: str = ""

    @property
    def constraint(self) -> str:
        return f"{self._folder}/constraint.json"

    @property
    def frequencies(self) -> str:
        return f"{self._folder}/frequencies.csv"

    @property
    def clusters(self) -> str:
        return f"{self._folder}/clusters.csv"

    @property
    def _folder(self) -> str:
        return f"{self.prefix}seed{self.seed}/popdb"


@dataclass(frozen=True)
class OnPlatform:
    """The files that exist once per platform, for all seeds and tactics."""

    platform: str
    prefix: str = ""

    @property
    def reference(self) -> str:
        return f"{self.prefix}reference/{self.platform}.json"

    @property
    def look_up(self) -> str:
        return f"{self.prefix}look_up/{self.platform}.csv"

    @property
    def learning_curve(self) -> str:
        return f"{self.prefix}learning_curves/{self.platform}/curve.csv"

    @property
    def actual_predicted(self) -> str:
        return f"{self.prefix}learning_curves/{self.platform}/actual_predicted.csv"

    @property
    def front_values(self) -> str:
        return f"{self.prefix}front_values/{self.platform}.csv"

    @property
    def front_constraint(self) -> str:
        return f"{self.prefix}front_values/{self.platform}.json"


def limit(tactic: str) -> str:
    """When the loops of a tactic end."""
    return f"limits/{tactic}.json"


def figure(name: str, kind: str) -> str:
    """A figure of the experiment; ``kind`` is ``png``, ``svg`` or ``csv``."""
    return f"figures/{name}.{kind}"


def page(name: str) -> str:
    """A table of the experiment as a page of the report."""
    return f"tables/{name}.html"


def iteration_of(batch: str, number: int | str) -> Batch:
    """An iteration's batch, from the folder of its run."""
    return Batch(f"{batch}/iteration{number}")


def shared(seed: int | str, name: str, prefix: str = "") -> Batch:
    """A batch that all platforms of a seed share: ``samples``, the first of them
    (:func:`first_samples`), or the ``start`` of ``concurrent``."""
    return Batch(f"{prefix}seed{seed}/{name}")


def first_samples(count: int | str) -> str:
    """The name of the batch of the first ``count`` samples."""
    return f"samples_{count}"


def transferred(tactic: str, source: str) -> str:
    """The name of the front that a tactic found for the platform ``source``, as it is measured on
    another platform."""
    return f"{tactic}_from_{source}"


def transfer_of(name: str) -> tuple[str, str] | None:
    """The inverse of :func:`transferred`: tactic and source; None for another name."""
    tactic, middle, source = name.partition("_from_")
    return (tactic, source) if middle else None


def sample_archives(settings: Config, platform: str) -> list[str]:
    """The paths of the archives of a platform's samples, one per seed."""
    return [Run(seed, platform, "samples").archive for seed in settings["seeds"]]


@dataclass(frozen=True)
class Owner:
    """The run, the PopDB or the platform that a file belongs to.

    ``kind`` is ``run``, ``popdb``, or the name of the folder of a platform's files. For a run,
    ``tactic`` may also be ``samples``, ``samples_<count>``, ``start`` or
    ``<tactic>_from_<platform>``.
    """

    kind: str
    seed: int | None = None
    platform: str | None = None
    tactic: str | None = None


def owner(path: str, settings: Config) -> Owner | None:
    """The owner of a path of the experiment ``settings``; the inverse of this module. None for a
    file that belongs to the experiment as a whole or to all platforms."""
    if found := re.match(r"seed(\d+)/popdb/", path):
        return Owner("popdb", int(found[1]))
    if found := re.match(r"seed(\d+)/(\w+)/(\w+)/", path):
        if found[2] not in settings["platforms"]:
            return None
        return Owner("run", int(found[1]), found[2], found[3])
    if found := re.match(r"(reference|look_up|learning_curves|front_values)/(\w+)", path):
        return Owner(found[1], platform=found[2])
    return None


# -- existing files --------------------------------------------------------------------------------


def iterations(folder: Path, run: Run, file: str) -> list[tuple[int, Path]]:
    """Number and path of each existing ``file`` (an attribute of :class:`Iteration`) of a run's
    iterations, sorted by number. ``folder`` is the experiment's folder."""
    pattern = getattr(run.iteration("*"), file)
    found = [(int(path.parent.name.removeprefix("iteration")), path)
             for path in folder.glob(pattern)]  # fmt: skip
    return sorted(found)


def runs_with(folder: Path, file: str) -> list[tuple[int, str, str, Path]]:
    """Seed, platform, tactic and path of each existing ``file`` (an attribute of :class:`Run`) of
    the experiment in ``folder``, sorted by path. A folder such as ``seed1_old`` is no run."""
    found = []
    for path in sorted(folder.glob(getattr(Run("*", "*", "*"), file))):
        seed, platform, tactic = path.parts[-4:-1]
        if re.fullmatch(r"seed[0-9]+", seed):
            found.append((int(seed.removeprefix("seed")), platform, tactic, path))
    return found
