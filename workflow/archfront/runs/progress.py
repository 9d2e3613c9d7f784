"""How far a running experiment is, from the files and the store alone: beside a live run, after a
kill, or on another machine that shares them."""

from pathlib import Path

import pandas as pd

from archfront.config.layout import Batch, OnPlatform, Run, iterations
from archfront.config.queries import platforms, runs, start_of, validated_objectives
from archfront.core.archive import read_archive
from archfront.core.files import read_json
from archfront.core.objective import OBJECTIVES
from archfront.core.platform import Platform
from archfront.core.reference import volume
from archfront.runs.cost_estimate import PlannedBatch, batches, measurements_like
from archfront.supernets.registry import supernet


def progress(settings: dict, folder: Path, table: pd.DataFrame) -> pd.DataFrame:
    """One row per run: ``seed, platform, tactic``, ``state`` (why its loop ended, ``measured`` of a
    full search, blank before), ``iteration`` (0: the samples), ``of``,
    ``validations`` (sub-networks of the run of which everything is measured), ``planned`` (at
    most), ``failed`` (set aside), ``hypervolume`` so far (blank before a reference point is set),
    ``minutes`` of measuring that are left at most (blank where nothing of the kind was measured).

    ``table``: that of the store.
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
        loop, limit = not tactic.startswith("full"), settings["concurrent"]["iterations"]
        state, iteration = _where(folder, run, limit) if loop else ("", 1)
        if not loop and (folder / run.archive).exists():
            state = "measured"
        needed = batches(settings, [run.archive])
        folders = run.folder, start_of(settings, seed, platform, tactic).batch.folder
        own = {batch for batch in needed if batch.platform == platform and batch.folder in folders}
        planned = sum(batch.count for batch in own)
        digests: set[str] = set()
        for path in (p for batch in own for p in _populations(folder, batch, iteration)):
            digests.update(pd.read_csv(path, usecols=["digest"])["digest"])
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
                "of": settings["concurrent"]["iterations"] if loop else 1,
                "validations": len(done),
                "planned": planned,
                "failed": len(failed),
                "hypervolume": _volume(settings, folder, seed, platform, tactic),
                "minutes": 0.0 if state else minutes,
            }
        )
    return pd.DataFrame(rows)


def told(table: pd.DataFrame) -> str:
    """The progress for people."""
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
    """Why a loop ended, or "", and the iteration that it is in. An ended loop may have proposed one
    more batch to estimate its gain; that batch is not counted."""
    verdicts = iterations(folder, run, "verdict")
    reason = read_json(verdicts[-1][1])["reason"] if verdicts else ""
    if reason:
        return reason, verdicts[-1][0]
    proposed = iterations(folder, run, "population")
    return "", min(proposed[-1][0] if proposed else 0, len(verdicts) + 1, limit)


def _populations(folder: Path, batch: PlannedBatch, iteration: int) -> list[Path]:
    """The populations of a batch that were proposed, up to the iteration."""
    several = (f"{batch.folder}/iteration{number}" for number in range(1, iteration + 1))
    paths = [folder / Batch(place).population for place in (batch.folder, *several)]
    return [path for path in paths if path.exists()]


def _measured(
    table: pd.DataFrame, settings: dict, objective: str, platform: Platform | None
) -> tuple[set[str], set[str], float]:
    """Digests that are measured, those that only failed, and the median seconds of one."""
    like = measurements_like(table, settings, objective, platform)
    if like.empty:
        return set(), set(), float("nan")
    there = set(like[like["value"].notna()]["digest"])
    return there, set(like["digest"]) - there, float(like["seconds"].median())


def newest_archive(
    settings: dict, folder: Path, seed: int, platform: str, tactic: str
) -> Path | None:
    """All that a run has measured so far, or what it starts from; None before that."""
    run, start = Run(seed, platform, tactic), start_of(settings, seed, platform, tactic)
    archives = [path for _, path in iterations(folder, run, "archive")]
    known = (folder / run.archive, *reversed(archives), folder / start.archive)
    return next((path for path in known if path.exists()), None)


def _volume(settings: dict, folder: Path, seed: int, platform: str, tactic: str) -> float:
    reference = folder / OnPlatform(platform).reference
    newest = newest_archive(settings, folder, seed, platform, tactic)
    if newest is None or not reference.exists():
        return float("nan")
    return volume(read_archive(newest), read_json(reference))
