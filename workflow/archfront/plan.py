"""What an experiment will cost, before it runs: validations and hours, from what measurements of
the kind took so far."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from archfront.experiment import (
    POPDB,
    WARM,
    measured_under,
    platforms,
    runs,
    start_of,
    validated_objectives,
)
from archfront.measurement.objective import OBJECTIVES
from archfront.measurement.platform import Platform
from archfront.tables import labelled


@dataclass(frozen=True)
class Batch:
    """Sub-networks that are measured for a platform: ``count`` of them at most.

    Of the same ``name`` and ``seed`` they are the same on every platform.
    """

    seed: int
    name: str
    platform: str
    count: int


def batches(settings: dict, files: Iterable[str]) -> set[Batch]:
    """All that must be measured for these files, relative to the experiment's folder."""
    needed: set[Batch] = set()
    for path in files:
        found = re.fullmatch(r"seed(\d+)/(\w+)/(\w+)/(?:.*/)?(\w+)\.\w+", path)
        if found and found[2] in settings["platforms"]:
            seed, platform, run, file = int(found[1]), *found.groups()[1:]
            needed |= _of_run(settings, seed, platform, run, file == "history")
        elif found := re.match(r"seed(\d+)/popdb/", path):
            source = settings["popdb"]["source"]
            needed |= _of_run(settings, int(found[1]), source, "full", True)
        elif found := re.match(r"(learning_curves|reference)/(\w+)", path):
            seeds = settings["seeds"] if found[1] == "learning_curves" else settings["seeds"][:1]
            for seed in seeds:
                needed |= _of_run(settings, seed, found[2], "samples")
        elif found := re.match(r"front_values/(\w+)\.", path):
            for seed, platform, run in runs(settings):
                if platform == found[1]:
                    needed |= _of_run(settings, seed, platform, run)
    return needed


def _of_run(
    settings: dict, seed: int, platform: str, run: str, searched_only: bool = False
) -> set[Batch]:
    """What a run measures, with all that it starts from."""
    start = start_of(settings, platform, run)
    section, count = start.count
    first = Batch(seed, start.batch, platform, settings[section][count])
    loop, full = settings["concurrent"], settings["full"]
    tactic = run.removesuffix(POPDB).removesuffix(WARM)
    if run == "samples":
        return {first}
    if run.startswith("from_"):
        source = run.removeprefix("from_")
        moved = Batch(seed, f"{source}'s front", platform, settings["measurement"]["chunk_size"])
        return {moved} | _of_run(settings, seed, source, "concurrent")
    own: set[Batch] = set()
    if run.endswith(POPDB):
        own |= _of_run(settings, seed, settings["popdb"]["source"], "full", True)
    if run.endswith(WARM) and settings["warm_start"]["file"] is None:
        own |= _of_run(settings, seed, settings["warm_start"]["source"], tactic)
    if tactic == "full":
        best = Batch(seed, f"{platform}/{run}", platform, full["measured"])
        return own | {first} | (set() if searched_only else {best})
    proposed = loop["iterations"] * loop["batch"]
    return own | {first, Batch(seed, f"{platform}/{run}", platform, proposed)}


def plan(settings: dict, needed: set[Batch], measured: pd.DataFrame) -> pd.DataFrame:
    """``objective, platform`` (blank where it does not matter), ``measurements`` (at most: searches
    may ask for the same sub-network, and what the store holds costs nothing), ``seconds`` (median
    of what such a measurement took before; blank where none was taken), ``hours``.

    ``measured``: the table of the store.
    """
    rows = []
    for objective in validated_objectives(settings):
        per_platform = OBJECTIVES[objective].per_platform
        for platform in platforms(settings) if per_platform else [None]:
            here = {
                batch if per_platform else (batch.seed, batch.name, batch.count)
                for batch in needed
                if platform is None or batch.platform == platform.name
            }
            count = sum(b.count if per_platform else b[2] for b in here)
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
    """The plan of all of an experiment's runs."""
    files = [f"seed{seed}/{name}/{run}/archive.csv" for seed, name, run in runs(settings)]
    files += [f"learning_curves/{name}/curve.csv" for name in settings["platforms"]]
    return plan(settings, batches(settings, files), measured)


def measurements_like(
    table: pd.DataFrame, settings: dict, objective: str, platform: Platform | None
) -> pd.DataFrame:
    """Of a store's table, what was measured as the experiment will: on whatever data of the
    super-network, since their digest may only be known once they are prepared."""
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
    """The plan for people."""
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
    """A plan per target of the paper, with ``target`` and ``experiment`` in front, and one called
    ``all`` for all of them, which counts what they share once.

    ``files`` and ``studies``: of each target, what it reads and the experiments behind it.
    """
    settings = {s["experiment"]: s for study in studies.values() for s in study.values()}
    parts, everything = [], {name: set() for name in settings}
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
