"""The results of runs so far, read from their files and the store. A file is read again only after
it has changed, so that a page can ask every 2 seconds."""

import threading
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TypeVar, TypeVarTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from archfront.analytics.selection import choose
from archfront.config.experiment import read, recorded
from archfront.config.layout import CONFIG, OnPlatform, Run
from archfront.config.queries import platforms, runs, validated_objectives
from archfront.core.archive import read_archive
from archfront.core.files import read_json, read_table
from archfront.core.objective import OBJECTIVES
from archfront.core.population_table import labelled
from archfront.core.reference import read_reference_point, volume_curve
from archfront.measurement.store import measurements_in, read_segment, table_of
from archfront.pages.project import Project
from archfront.runs.cost_estimate import measurements_like, whole_plan
from archfront.runs.progress import newest_archive, progress
from archfront.supernets.registry import supernet

_LOCK = threading.RLock()


Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")


def _once(
    state: Callable[[*Arguments], object],
) -> Callable[[Callable[[*Arguments], Result]], Callable[[*Arguments], Result]]:
    """Decorator that keeps the result of a function of files. The function is called again only
    after ``state`` of its arguments has changed."""

    def made(function: Callable[[*Arguments], Result]) -> Callable[[*Arguments], Result]:
        kept: dict[tuple[*Arguments], tuple[object, Result]] = {}

        @wraps(function)
        def again(*arguments: *Arguments) -> Result:
            with _LOCK:
                now = state(*arguments)
                if arguments not in kept or kept[arguments][0] != now:
                    kept[arguments] = now, function(*arguments)
                return kept[arguments][1]

        return again

    return made


def _of(path: Path) -> tuple:
    try:
        told = path.stat()
    except OSError:
        return ()
    return told.st_mtime_ns, told.st_size


def _segments(folder: Path) -> tuple:
    return tuple((path.name, *_of(path)) for path in sorted(folder.glob("*.jsonl")))


_FRAMES: dict[Path, tuple[tuple, pd.DataFrame]] = {}


@_once(lambda project: _segments(project.store))
def store_table(project: Project) -> pd.DataFrame:
    """All measurements in the store as a table. Only files that have changed are read again."""
    there = sorted(project.store.glob("*.jsonl"))
    for path in there:
        state = _of(path)
        if path not in _FRAMES or _FRAMES[path][0] != state:
            _FRAMES[path] = state, table_of(measurements_in(read_segment(path).lines).values())
    filled = [_FRAMES[path][1] for path in there if len(_FRAMES[path][1])]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()


def tried(
    name: str, read: Callable[[*Arguments], Result], *arguments: *Arguments
) -> tuple[Result | None, str]:
    """The result of ``read``, and an empty text. If ``read`` raises any exception: None, and a
    message that begins with ``name``."""
    try:
        return read(*arguments), ""
    except Exception as error:  # of a damaged or old file, or of a user's class
        kind = "" if isinstance(error, ValueError | OSError) else f"{type(error).__name__}: "
        return None, f"{name}: {kind}{error}"


def first_readable(project: Project, experiments: list[str]) -> tuple[str | None, list[str]]:
    """The first of these experiments whose last run has a readable config, or None; and a message
    for each experiment before it."""
    problems: list[str] = []
    for experiment in experiments:
        settings, problem = tried(experiment, settings_of, project, experiment)
        if settings is not None:
            return experiment, problems
        problems.append(problem)
    return None, problems


def settings_of(project: Project, experiment: str) -> dict:
    """The config of an experiment's last run, with all defaults."""
    return _settings(project.folder(experiment) / CONFIG)


@_once(_of)
def _settings(path: Path) -> dict:
    return recorded(read(path))


@_once(_of)
def archive(path: Path) -> pd.DataFrame:
    return _with_numbers(read_archive(path), path)


def _with_numbers(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The table. ValueError, with its path, if a row has no ``digest``, or if an objective is no
    number."""
    odd = [n for n in OBJECTIVES if n in table and len(table) and not is_numeric_dtype(table[n])]
    where = f"text in the column {odd[0]!r}" if odd else ""
    if "digest" not in table:
        where = "no column 'digest'"
    elif table["digest"].isna().any():
        where = f"no digest in row {table['digest'].isna().to_numpy().argmax() + 1}"
    if where:
        raise ValueError(f"{path}: no table of measured sub-networks: {where}")
    return table


def progress_of(project: Project, experiment: str) -> pd.DataFrame:
    """The table that ``snakemake status`` shows."""
    settings = settings_of(project, experiment)
    return progress(settings, project.folder(experiment), store_table(project))


def plan_of(project: Project, settings: dict) -> pd.DataFrame:
    """The table that ``snakemake plan`` shows."""
    return whole_plan(settings, store_table(project))


def measured(project: Project, experiment: str) -> pd.DataFrame:
    """One row per run and sub-network. Columns: ``experiment, platform, tactic, seed``, and the
    columns of the run's newest archive."""
    settings, parts = settings_of(project, experiment), []
    for seed, platform, tactic in runs(settings):
        path = newest_archive(settings, project.folder(experiment), seed, platform, tactic)
        if path is None:
            continue
        names = {"experiment": experiment, "platform": platform, "tactic": tactic, "seed": seed}
        parts.append(labelled(archive(path), **names))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def curves(project: Project, experiment: str) -> dict[tuple[int, str, str], np.ndarray]:
    """Hypervolume after each validation, by (seed, platform, tactic). A run without an archive, or
    without a reference point of its platform, is left out."""
    settings, folder, found = settings_of(project, experiment), project.folder(experiment), {}
    for seed, platform, tactic in runs(settings):
        path = newest_archive(settings, folder, seed, platform, tactic)
        reference = folder / OnPlatform(platform).reference
        if path is not None and reference.exists():
            found[seed, platform, tactic] = volume_curve(
                archive(path), read_reference_point(reference)
            )
    return found


def failures(rows: pd.DataFrame) -> pd.DataFrame:
    """The sub-networks of :func:`measured` with a failed measurement: ``platform, digest, reason``.
    Equal rows appear once."""
    if rows.empty:
        return pd.DataFrame(columns=["platform", "digest", "reason"])
    rows = rows[rows["reason"] != ""]
    return rows[["platform", "digest", "reason"]].drop_duplicates().reset_index(drop=True)


def fronts_of(project: Project, experiment: str) -> list[tuple[int, str, str]]:
    """Seed, platform and tactic of each run of the experiment that has a front."""
    folder = project.folder(experiment)
    return [
        run for run in runs(settings_of(project, experiment)) if (folder / Run(*run).front).exists()
    ]


def front_of(
    project: Project, experiment: str, run: tuple[int, str, str]
) -> tuple[pd.DataFrame, int | None]:
    """The front of a run, and the number of the row at its knee; None for an empty front."""
    path = project.folder(experiment) / Run(*run).front
    front = _with_numbers(read_table(path), path)
    if front.empty:
        return front, None
    objectives = settings_of(project, experiment)["objectives"]
    return front, int(choose(front, objectives, "knee", 0, {}).name)


def export_of(project: Project, experiment: str) -> tuple[str, dict[str, float]] | None:
    """The sub-network of the experiment's last export as text, and its measured values by
    objective; None before the first export."""
    named = {path.name: path for path in project.exported(experiment)}
    if "measurements.json" not in named:
        return None
    about = read_json(named["measurements.json"])
    platform = ", ".join(about["platform"])
    title = f"Sub-network {about['digest'][:12]} of {about['front']}, on {platform}"
    return title, {name: float(value) for name, value in about["measured"].items()}


def everything(project: Project, experiment: str, platform: str) -> pd.DataFrame:
    """All values in the store for the experiment's super-network that were measured in the way in
    which the experiment measures on this platform, by any experiment.

    The table has one column per measured objective, and one row per sub-network that has a value of
    each of them. The table is empty if an objective has no value.
    """
    settings = settings_of(project, experiment)
    table = store_table(project)
    if table.empty:
        return pd.DataFrame()
    table = table[table["supernet"] == supernet(settings).digest()]
    (where,) = [found for found in platforms(settings) if found.name == platform]
    columns = {}
    for name in validated_objectives(settings):
        asked = where if OBJECTIVES[name].per_platform else None
        like = measurements_like(table, settings, name, asked)
        if like.empty:
            return pd.DataFrame()
        like = like[like["protocol"] == OBJECTIVES[name].protocol]
        good = like.dropna(subset="value").drop_duplicates("digest")
        columns[name] = good.set_index("digest")["value"]
    return pd.DataFrame(columns).dropna()
