"""Progress of an experiment, from its files and the store alone. It works during a run, after a
kill, and on another machine that shares the files."""

from pathlib import Path

import pandas as pd

from archfront.config import budgets
from archfront.config.layout import Batch, OnPlatform, Run, iteration_of, iterations
from archfront.config.queries import platforms, runs, start_of, validated_objectives
from archfront.core.archive import read_archive
from archfront.core.files import read_json, read_table
from archfront.core.objective import OBJECTIVES
from archfront.core.platform import Platform
from archfront.core.reference import read_reference_point, volume
from archfront.runs.cost_estimate import PlannedBatch, batches, measurements_like
from archfront.supernets.registry import supernet
from archfront.tactics import in_batches


def progress(settings: dict, folder: Path, table: pd.DataFrame) -> pd.DataFrame:
    """The progress of each run of an experiment: one row per run.

    Columns: ``seed``, ``platform``, ``tactic``;
    ``state`` (the reason why the loop ended, ``measured`` for a full search, empty before);
    ``iteration`` (0: the start; 1 for a full search that has proposed its batch) and ``of`` (the
    largest number of iterations);
    ``validations`` (number of sub-networks with all objectives measured);
    ``planned`` (largest possible number of sub-networks);
    ``failed`` (number of sub-networks with a failed measurement);
    ``hypervolume`` so far (NaN before the reference point is set);
    ``minutes`` (upper limit of the remaining time of measuring; NaN if the store has no measurement
    of the same kind; 0 after the end).

    ``table`` is the table of the store.
    """
    if not table.empty:
        table = table[table["supernet"] == supernet(settings).digest()]
    known = {
        (objective, platform and platform.name): _measured(table, settings, objective, platform)
        for objective in validated_objectives(settings)
        for platform in (platforms(settings) if OBJECTIVES[objective].per_platform else [None])
    }
    rows = []
    for seed, platform, tactic in runs(settings):
        run = Run(seed, platform, tactic)
        loop, limit = in_batches(tactic), budgets.limits(settings, tactic)["iterations"]
        state, iteration = _where(folder, run, limit) if loop else ("", 1)
        if not loop and (folder / run.archive).exists():
            state = "measured"
        needed = batches(settings, [run.archive])
        folders = run.folder, start_of(settings, seed, platform, tactic).batch.folder
        own = {batch for batch in needed if batch.platform == platform and batch.folder in folders}
        planned = sum(batch.count for batch in own)
        digests: set[str] = set()
        for path in (p for batch in own for p in _populations(folder, batch, iteration)):
            digests.update(read_table(path, ["digest"])["digest"])
        done, failed, minutes = set(digests), set(), 0.0
        for (_, where), (taken, broken, seconds) in known.items():
            if where in (None, platform):
                done &= taken
                failed |= digests & broken
                minutes += max(0, planned - len(digests & (taken | broken))) * seconds / 60
        rows.append(
            {
                "seed": seed,
                "platform": platform,
                "tactic": tactic,
                "state": state,
                "iteration": iteration if loop else int((folder / run.population).exists()),
                "of": limit if loop else 1,
                "validations": len(done),
                "planned": planned,
                "failed": len(failed),
                "hypervolume": _volume(settings, folder, seed, platform, tactic),
                "minutes": 0.0 if state else minutes,
            }
        )
    return pd.DataFrame(rows)


def told(table: pd.DataFrame) -> str:
    """The progress as text."""
    shown = table.copy()
    shown["iteration"] = [
        f"{i} of {n}" for i, n in zip(table["iteration"], table["of"], strict=True)
    ]
    shown["validations"] = [
        f"{i} of {n}" for i, n in zip(table["validations"], table["planned"], strict=True)
    ]
    shown = shown.drop(columns=["of", "planned"])
    ended = int((table["state"] != "").sum())
    text = shown.to_string(index=False, na_rep="", float_format="{:.3g}".format)
    return f"{text}\n{ended} of {len(table)} runs have ended."


def _where(folder: Path, run: Run, limit: int) -> tuple[str, int]:
    """The reason why a loop ended (empty before its end), and the number of its current or last
    iteration. An ended loop may have proposed one more batch to estimate its gain; that batch is
    not counted."""
    verdicts = iterations(folder, run, "verdict")
    reason = read_json(verdicts[-1][1])["reason"] if verdicts else ""
    if reason:
        return reason, verdicts[-1][0]
    proposed = iterations(folder, run, "population")
    return "", min(proposed[-1][0] if proposed else 0, len(verdicts) + 1, limit)


def _populations(folder: Path, batch: PlannedBatch, iteration: int) -> list[Path]:
    """The existing population files of a batch, up to the iteration."""
    several = (iteration_of(batch.folder, number) for number in range(1, iteration + 1))
    paths = [folder / one.population for one in (Batch(batch.folder), *several)]
    return [path for path in paths if path.exists()]


def _measured(
    table: pd.DataFrame, settings: dict, objective: str, platform: Platform | None
) -> tuple[set[str], set[str], float]:
    """Digests of the measured sub-networks, digests of the sub-networks with only failed
    measurements, and the median seconds of a measurement (NaN without any)."""
    like = measurements_like(table, settings, objective, platform)
    if like.empty:
        return set(), set(), float("nan")
    there = set(like[like["value"].notna()]["digest"])
    return there, set(like["digest"]) - there, float(like["seconds"].median())


def newest_archive(
    settings: dict, folder: Path, seed: int, platform: str, tactic: str
) -> Path | None:
    """The path of a run's newest archive, else of its start's archive; None if neither exists."""
    run, start = Run(seed, platform, tactic), start_of(settings, seed, platform, tactic)
    archives = [path for _, path in iterations(folder, run, "archive")]
    known = (folder / run.archive, *reversed(archives), folder / start.archive)
    return next((path for path in known if path.exists()), None)


def _volume(settings: dict, folder: Path, seed: int, platform: str, tactic: str) -> float:
    reference = folder / OnPlatform(platform).reference
    newest = newest_archive(settings, folder, seed, platform, tactic)
    if newest is None or not reference.exists():
        return float("nan")
    return volume(read_archive(newest), read_reference_point(reference))
