"""Maintenance of a store: a summary, export and import, compaction."""

import fcntl
import os
import platform as host
import uuid
from pathlib import Path

import pandas as pd

from archfront.core.files import written_beside
from archfront.measurement.store import MeasurementStore, Segment, checksum, named, read_segment

DAMAGED = "damaged"
"""Folder in the store for damaged files that were set aside."""


def summary(store: MeasurementStore) -> pd.DataFrame:
    """One row per objective, protocol and super-network.

    Columns: these three, the numbers of distinct ``subnetworks``, of successful ``measurements``
    and of ``failed`` ones, ``processors``, ``first`` and ``last`` (UTC, when the first and the last
    measurement finished). The table of an empty store is empty.
    """
    table = store.table()
    if table.empty:
        return table
    facts = store.sessions()
    table["processor"] = [facts.get(s, {}).get("processor", "unknown") for s in table["session"]]
    when = pd.to_datetime(table["finished"], unit="s").dt.strftime("%Y-%m-%d %H:%M")
    groups = table.assign(
        when=when, supernet=table["supernet"].map(lambda name: str(name)[:20])
    ).groupby(["objective", "protocol", "supernet"], dropna=False)
    return groups.agg(
        subnetworks=("digest", "nunique"),
        measurements=("value", "count"),
        failed=("value", lambda values: int(values.isna().sum())),
        processors=("processor", lambda names: "; ".join(sorted(set(names)))),
        first=("when", "min"),
        last=("when", "max"),
    ).reset_index()


def damages(store: MeasurementStore) -> list[str]:
    """A text for each file with damaged lines: how many they are, their numbers and faults. Empty
    for a sound store."""
    return [
        f"{segment.path}: {segment.damaged} damaged lines of "
        f"{len(segment.lines) + segment.damaged} ({named(segment.bad)})"
        for segment in store.segments()
        if segment.damaged
    ]


def export_store(store: MeasurementStore, path: Path) -> int:
    """Write all records of the store to one file; return the number of measurements."""
    lines = _distinct(store.segments())
    _write(path, lines)
    return _measurements(lines)


def import_store(store: MeasurementStore, path: Path) -> tuple[int, str]:
    """Add the records of an exported file to the store.

    Returns the number of new measurements, and a text about the damaged lines, which are left out:
    how many they are, their numbers and faults. The text is empty if there are none. ValueError if
    the file has no whole record.
    """
    given = read_segment(path)
    if not given.lines:
        faults = f" ({named(given.bad)})" if given.bad else ""
        raise ValueError(f"{path} holds no record of a measurement store{faults}")
    there = set(_distinct(store.segments()))
    new = [line for line in dict.fromkeys(given.lines) if line not in there]
    if new:
        _write(store.folder / f"imported-{uuid.uuid4().hex[:12]}.jsonl", new)
    bad = given.bad | ({given.torn: "it has no end"} if given.torn else {})
    told = f"{path}: {len(bad)} damaged lines were left out ({named(bad)})" if bad else ""
    return _measurements(new), told


def compact(store: MeasurementStore) -> tuple[int, list[Path]]:
    """Merge all segments without a living writer.

    Returns the number of merged segments, and the paths of damaged segments after they were set
    aside. The new segment is on the disk before an old one is removed, so that the store never has
    fewer measurements than before. Segments of other hosts stay, because this host cannot see their
    locks. Nothing happens to a single undamaged segment.
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
    """A file descriptor that holds the segment's lock.

    None if the writer of the segment is alive, or if the file system has no locks.
    """
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
    """Number of lines with a measurement. The other lines have the facts of a host."""
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
