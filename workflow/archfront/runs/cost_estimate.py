"""Estimate of the cost of an experiment before it runs: the number of measurements and the hours.
The hours come from the time that earlier measurements of the same kind took."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from archfront.config import budgets
from archfront.config.layout import OnPlatform, Owner, Run, owner, transfer_of
from archfront.config.queries import (
    POPDB,
    WARM,
    earlier_archive,
    measured_under,
    platforms,
    runs,
    start_of,
    validated_objectives,
)
from archfront.core.objective import OBJECTIVES
from archfront.core.platform import Platform
from archfront.core.population_table import labelled
from archfront.tactics import base_name, in_batches


@dataclass(frozen=True)
class PlannedBatch:
    """At most ``count`` sub-networks that are measured for a platform.

    Batches of the same ``folder`` hold the same sub-networks on every platform.
    """

    folder: str
    platform: str
    count: int


def batches(settings: dict, files: Iterable[str]) -> set[PlannedBatch]:
    """The batches that must be measured for these files. The paths of the files are relative to the
    experiment's folder."""
    needed: set[PlannedBatch] = set()
    for path in files:
        match owner(path, settings):
            case Owner("run", int(seed), str(platform), str(tactic)):
                history = path == Run(seed, platform, tactic).history
                needed |= _of_run(settings, seed, platform, tactic, history)
            case Owner("popdb", int(seed)):
                needed |= _of_run(settings, seed, settings["popdb"]["source"], "full", True)
            case Owner("front_values", platform=str(platform)):
                for seed, here, tactic in runs(settings):
                    if here == platform:
                        needed |= _of_run(settings, seed, platform, tactic)
            case Owner("learning_curves", platform=str(platform)):
                for seed in settings["seeds"]:
                    needed |= _of_run(settings, seed, platform, "samples")
            case Owner("reference", platform=str(platform)):
                needed |= _of_run(settings, settings["seeds"][0], platform, "samples")
    return needed


def _of_run(
    settings: dict, seed: int, platform: str, run: str, searched_only: bool = False
) -> set[PlannedBatch]:
    """The batches that a run measures, with the batches of all runs that it starts from.

    ``searched_only`` leaves out the batch that a full search measures after its search.
    """
    start = start_of(settings, seed, platform, run)
    first = PlannedBatch(start.batch.folder, platform, start.count)
    if run == "samples":
        return {first}
    if transfer := transfer_of(run):
        tactic, source = transfer
        front = Run(seed, source, tactic).front
        moved = PlannedBatch(front, platform, settings["measurement"]["chunk_size"])
        return {moved} | _of_run(settings, seed, source, tactic)
    own: set[PlannedBatch] = set()
    if run.endswith(POPDB):
        own |= _of_run(settings, seed, settings["popdb"]["source"], "full", True)
    if run.endswith(WARM) and earlier_archive(settings) is None:
        warm = settings["warm_start"]
        own |= _of_run(settings, seed, warm["source"], warm["source_tactic"] or base_name(run))
    folder = Run(seed, platform, run).folder
    if not in_batches(run):
        best = PlannedBatch(folder, platform, budgets.batch(settings, run))
        return own | {first} | (set() if searched_only else {best})
    proposed = budgets.limits(settings, run)["iterations"] * budgets.batch(settings, run)
    return own | {first, PlannedBatch(folder, platform, proposed)}


def plan(settings: dict, needed: set[PlannedBatch], measured: pd.DataFrame) -> pd.DataFrame:
    """The cost of the batches ``needed``: one row per measured objective and platform.

    Columns: ``objective``; ``platform`` (empty if the objective does not depend on one);
    ``measurements`` (an upper limit: searches may ask for the same sub-network, and measurements in
    the store cost nothing); ``seconds`` (median time of an earlier measurement of the same kind,
    NaN without one); ``hours`` (NaN likewise). ``measured`` is the table of the store.
    """
    rows = []
    for objective in validated_objectives(settings):
        per_platform = OBJECTIVES[objective].per_platform
        for platform in platforms(settings) if per_platform else [None]:
            here = {
                (batch.folder, batch.count)
                for batch in needed
                if platform is None or batch.platform == platform.name
            }
            count = sum(size for _, size in here)
            known = measurements_like(measured, settings, objective, platform)
            seconds = known["seconds"].median() if len(known) else float("nan")
            rows.append(
                {
                    "objective": objective,
                    "platform": platform.name if platform else "",
                    "measurements": count,
                    "seconds": seconds,
                    "hours": count * seconds / 3600,
                }
            )
    return pd.DataFrame(rows)


def whole_plan(settings: dict, measured: pd.DataFrame) -> pd.DataFrame:
    """The plan of all runs and all learning curves of an experiment."""
    files = [Run(*run).archive for run in runs(settings)]
    files += [OnPlatform(name).learning_curve for name in settings["platforms"]]
    return plan(settings, batches(settings, files), measured)


def measurements_like(
    table: pd.DataFrame, settings: dict, objective: str, platform: Platform | None
) -> pd.DataFrame:
    """The rows of a store's table that were measured in the way in which the experiment measures.

    The digest of the data is not compared, since it may be known only when the data are prepared.
    The version of the protocol is not compared either.
    """
    wanted = measured_under(settings, objective) | {"objective": objective}
    if platform is not None:
        wanted |= {f"platform.{name}": value for name, value in platform.settings().items()}
    for column, value in wanted.items():
        if column in ("data", "protocol") or table.empty:
            continue
        if column not in table:
            return table.iloc[:0]
        there = table[column]
        table = table[there.isna() if value is None else there.map(lambda v, w=value: v == w)]
    return table


def told(table: pd.DataFrame) -> str:
    """The plan as text."""
    unknown = table["seconds"].isna() & (table["measurements"] > 0)
    lines = [table.to_string(index=False, na_rep="", float_format="{:.3g}".format)]
    lines.append(f"Together at most {table['hours'].sum():.2g} hours of measuring, one at a time.")
    if unknown.any():
        which = ", ".join(table[unknown]["objective"].unique())
        lines.append(f"Without {which}: nothing of the kind was measured yet.")
    return "\n".join(lines)


def paper_plan(
    files: dict[str, list[str]], studies: dict[str, dict], measured: pd.DataFrame
) -> pd.DataFrame:
    """The plans of the paper's targets in one table, with ``target`` and ``experiment`` in front.

    The target ``all`` is the plan of all targets together; it counts shared batches once. Rows
    without measurements are left out.

    files:   per target, the paths that it reads.
    studies: per target, the experiments that it shows, by role.
    """
    settings = {s["experiment"]: s for study in studies.values() for s in study.values()}
    parts: list[tuple[str, str, set[PlannedBatch]]] = []
    everything: dict[str, set[PlannedBatch]] = {name: set() for name in settings}
    for target, paths in files.items():
        for name in sorted({path.partition("/")[0] for path in paths}):
            inside = [path.partition("/")[2] for path in paths if path.startswith(f"{name}/")]
            needed = batches(settings[name], inside)
            everything[name] |= needed
            parts.append((target, name, needed))
    parts += [("all", name, needed) for name, needed in everything.items()]
    tables = []
    for target, name, needed in parts:
        table = plan(settings[name], needed, measured)
        table = labelled(table, target=target, experiment=name)
        tables.append(table[table["measurements"] > 0])
    return pd.concat(tables, ignore_index=True)
