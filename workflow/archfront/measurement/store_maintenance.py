"""Looking after a store: what is in it, taking it to another machine, making it smaller."""

import fcntl
import os
import platform as host
import uuid
from pathlib import Path

import pandas as pd

from archfront.core.files import written_beside
from archfront.measurement.store import MeasurementStore, Segment, checksum, read_segment

DAMAGED = "damaged"
"""Folder in the store for files that were set aside."""


def summary(store: MeasurementStore) -> pd.DataFrame:
    """One row per objective, protocol and super-network.

    Columns: these three, ``subnetworks``, ``measurements``, ``failed``, ``processors``, ``first``
    and ``last`` (when they finished).
    """
    table = store.table()
    if table.empty:
        return table
    facts = store.sessions()
    table["processor"] = [facts.get(s, {}).get("processor", "unknown") for s in table["session"]]
    when = pd.to_datetime(table["finished"], unit="s").dt.strftime("%Y-%m-%d %H:%M")
    groups = table.assign(when=when, supernet=table["supernet"].str[:20]).groupby(
        ["objective", "protocol", "supernet"], dropna=False
    )
    return groups.agg(
        subnetworks=("digest", "nunique"),
        measurements=("value", "count"),
        failed=("value", lambda values: int(values.isna().sum())),
        processors=("processor", lambda names: "; ".join(sorted(set(names)))),
        first=("when", "min"),
        last=("when", "max"),
    ).reset_index()


def damages(store: MeasurementStore) -> list[str]:
    """What is wrong with which file, a line each; nothing for a sound store."""
    return [
        f"{segment.path}: {segment.damaged} damaged lines of {len(segment.lines) + segment.damaged}"
        for segment in store.segments()
        if segment.damaged
    ]


def export_store(store: MeasurementStore, path: Path) -> int:
    """Write everything that the store holds to one file; returns the number of measurements."""
    lines = _distinct(store.segments())
    _write(path, lines)
    return _measurements(lines)


def import_store(store: MeasurementStore, path: Path) -> tuple[int, int]:
    """Take in an exported file: (measurements that were new, damaged lines that were left out).

    ValueError if there is no whole record in it.
    """
    given = read_segment(path)
    if not given.lines:
        raise ValueError(f"{path} holds no record of a measurement store")
    there = set(_distinct(store.segments()))
    new = [line for line in dict.fromkeys(given.lines) if line not in there]
    if new:
        _write(store.folder / f"imported-{uuid.uuid4().hex[:12]}.jsonl", new)
    return _measurements(new), given.damaged + given.torn


def compact(store: MeasurementStore) -> tuple[int, list[Path]]:
    """Merge all segments without a living writer: (how many, the damaged ones, set aside).

    The new segment is on the disk before an old one goes, so that the store never holds fewer
    measurements than before. Segments of other hosts stay: their locks cannot be seen from here.
    """
    held, merged = [], []
    try:
        for segment in store.segments():
            own = segment.path.name.startswith((f"{host.node()}-", "imported-", "compacted-"))
            if own and (lock := _locked(segment.path)) is not None:
                held.append(lock)
                merged.append(read_segment(segment.path))
        if len(merged) < 2 and not any(segment.damaged for segment in merged):
            return 0, []
        lines = _distinct(merged)
        if lines:
            _write(store.folder / f"compacted-{uuid.uuid4().hex[:12]}.jsonl", lines)
        aside = []
        for segment in merged:
            if segment.damaged:
                place = store.folder / DAMAGED / segment.path.name
                place.parent.mkdir(exist_ok=True)
                os.replace(segment.path, place)
                aside.append(place)
            else:
                segment.path.unlink()
        return len(merged), aside
    finally:
        for lock in held:
            os.close(lock)


def _locked(path: Path) -> int | None:
    """A descriptor that holds the segment's lock, or None if its writer is alive."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # locked, or a file system without locks
        os.close(descriptor)
        return None
    return descriptor


def _distinct(segments: list[Segment]) -> list[str]:
    return list(dict.fromkeys(line for segment in segments for line in segment.lines))


def _measurements(lines: list[str]) -> int:
    """Lines that are no facts of a host."""
    return sum(line.startswith(('{"at"', '{"key"')) for line in lines)


def _write(path: Path, lines: list[str]) -> None:
    with written_beside(path) as beside, open(beside, "wb") as file:
        for line in lines:
            file.write(line.encode() + b"\t" + checksum(line.encode()) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
