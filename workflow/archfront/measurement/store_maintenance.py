"""Maintenance of a store: a summary, export and import, adoption, compaction."""

import base64
import fcntl
import json
import os
import platform as host
import re
import sys
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

import pandas as pd

from archfront.core.files import check_regular, written_beside
from archfront.core.platform import Platform
from archfront.core.space import configuration_digest
from archfront.measurement import per_example
from archfront.measurement.record import record_of
from archfront.measurement.store import (
    Measurement,
    MeasurementStore,
    Segment,
    checksum,
    distinct,
    first,
    key_digest,
    measurements_in,
    named,
    read_segment,
)

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
    """A text for each file with damaged lines: how many they are, their numbers and faults; and for
    each file of records per example that is missing or damaged. Empty for a sound store."""
    segments = store.segments()
    told = [
        f"{segment.path}: {segment.damaged} damaged lines of "
        f"{len(segment.lines) + segment.damaged} ({named(segment.bad)})"
        for segment in segments
        if segment.damaged
    ]
    for name in _records_in(measurements_in(distinct(segments)).values()):
        try:
            per_example.content(store.folder, name)
        except ValueError as error:
            told.append(str(error))
    return told


def _records_in(measurements: Iterable[Measurement]) -> list[str]:
    """The names of the files of records of these measurements."""
    return list(dict.fromkeys(filter(None, map(per_example.reference, measurements))))


def export_store(store: MeasurementStore, path: Path) -> int:
    """Write all of the store to one file; return the number of measurements.

    The records per example follow the measurements, one line each. Missing and damaged records are
    left out, with a warning.
    """
    lines = distinct(store.segments())
    taken = measurements_in(lines)

    def carried() -> Iterator[str]:
        for name in _records_in(taken.values()):
            try:
                content = per_example.content(store.folder, name)
            except ValueError as error:
                print(f"warning: {error}", file=sys.stderr)
            else:
                yield json.dumps({per_example.DETAIL: base64.b64encode(content).decode()})

    write_segment(path, chain(lines, carried()))
    return len(taken)


def import_store(store: MeasurementStore, path: Path) -> tuple[int, list[str]]:
    """Add the records of an exported file to the store.

    Measurements in the store stay: a measurement is left out if the store has a successful one for
    its key. Returns the number of new measurements, and a text about each kind of lines that are
    left out and differ from the store: damaged lines, and conflicts, whose value differs from the
    value in the store. ValueError if the file has no whole record.
    """
    given = read_segment(path)
    if not given.lines:
        faults = f" ({named(given.bad)})" if given.bad else ""
        raise ValueError(f"{path} holds no record of a measurement store{faults}")
    there = distinct(store.segments())
    taken = measurements_in(given.lines)
    for line, record in list(given.lines.items()):
        if isinstance(content := record.get(per_example.DETAIL), str):
            del given.lines[line]
            per_example.write(store.folder, base64.b64decode(content))
    kept = store.find({key_digest(m.key) for m in taken.values()})
    new, conflicts = [], []
    for line in given.lines:
        held = kept.get(key_digest(taken[line].key)) if line in taken else None
        if held is None and line not in there:
            new.append(line)
        elif held and taken[line].value not in (None, held.value):
            conflicts.append(_conflict(taken[line], held))
    if new:
        write_segment(store.folder / f"imported-{uuid.uuid4().hex[:12]}.jsonl", new)
    bad = given.bad | ({given.torn: "it has no end"} if given.torn else {})
    told = [f"{path}: {len(bad)} damaged lines were left out ({named(bad)})"] if bad else []
    if conflicts:
        told.append(
            f"{path}: {len(conflicts)} measurements have another value than the store, which "
            f"stays as it is ({first(conflicts)})"
        )
    return sum(line in taken for line in new), told


def _conflict(given: Measurement, held: Measurement) -> str:
    objective = given.key.get("objective")
    digest = configuration_digest(given.key.get("configuration", {}))
    return f"{objective} of {digest}: {given.value} in the file, {held.value} in the store"


def adopt(store: MeasurementStore, name: str | None = None) -> int:
    """Copy the measurements of a processor or GPU that the store knows by ``name`` to the identity
    of this host's (:mod:`archfront.core.hardware`). Returns the number of copies.

    Without a name, it is the model name of this host's processor or GPU: until version 0.1 it was
    all that a measurement said. A measurement is left out if the store has a successful one under
    the identity. The old measurements stay.
    """
    taken = {}
    for line in distinct(store.segments()):
        record = record_of(line.encode())
        place = record.get("key", {}).get("platform")
        if place is None or "processor" not in place:
            continue
        here = Platform("here", device=place["device"])
        try:
            known, identity = name or here.own_model(), here.own_processor()
        except (RuntimeError, AssertionError):  # this host has no GPU
            continue
        if place["processor"] == known != identity:
            key = record["key"] | {"platform": place | {"processor": identity}}
            taken[key_digest(key)] = record | {"key": key, "at": key_digest(key)}
    held = store.find(set(taken))
    new = [record for digest, record in taken.items() if digest not in held]
    if new:
        lines = [json.dumps(record, separators=(",", ":")) for record in new]
        write_segment(store.folder / f"imported-{uuid.uuid4().hex[:12]}.jsonl", lines)
    return len(new)


def compact(store: MeasurementStore) -> tuple[int, list[Path]]:
    """Merge all segments of this host whose writer has ended, and all imported and merged ones.

    Returns the number of merged segments, and the paths of damaged segments after they were set
    aside. The new segment is on the disk before an old one is removed, so that the store never has
    fewer measurements than before. Segments of other hosts stay, because this host cannot see their
    locks. Nothing happens to a single undamaged segment.
    """
    merged = [segment for path in _without_writer(store.folder) if (segment := _read(path))]
    if len(merged) < 2 and not any(segment.damaged for segment in merged):
        return 0, []
    lines = distinct(merged)
    if lines:
        write_segment(store.folder / f"compacted-{uuid.uuid4().hex[:12]}.jsonl", lines)
    aside = []
    for segment in merged:
        if segment.damaged:
            place = store.folder / DAMAGED / segment.path.name
            place.parent.mkdir(exist_ok=True)
            with suppress(FileNotFoundError):  # another compaction was faster
                os.replace(segment.path, place)
                aside.append(place)
        else:
            segment.path.unlink(missing_ok=True)
    return len(merged), aside


def _without_writer(folder: Path) -> list[Path]:
    """The segments that nobody will append to: those whose writer was on this host and has ended,
    and those that :func:`import_store` and :func:`compact` wrote as a whole."""
    return [
        path
        for path in sorted(folder.glob("*.jsonl"))
        if re.fullmatch(r"(imported|compacted)-[0-9a-f]{12}", path.stem)
        or (_from_here(path) and _ended(path))
    ]


def _from_here(path: Path) -> bool:
    """Whether this host wrote a segment: its name and the facts in its first line say so. The name
    alone decides if the first line is damaged."""
    named_host = path.stem.rpartition("-")[0].rpartition("-")[0]
    try:
        check_regular(path)
    except (OSError, ValueError):  # it cannot be read, or is a pipe or a device
        return False
    try:
        with open(path, "rb") as segment:
            facts = record_of(segment.readline().rpartition(b"\t")[0]).get("facts", {})
    except OSError:  # it cannot be read, or another compaction has merged it
        return False
    except ValueError:
        facts = {}
    return named_host == host.node() and facts.get("host", named_host) == named_host


def _read(path: Path) -> Segment | None:
    """The segment; None if it cannot be read, or if another compaction has merged it meanwhile."""
    try:
        segment = read_segment(path)
    except FileNotFoundError:
        return None
    return None if 0 in segment.bad else segment


def _ended(path: Path) -> bool:
    """Whether the writer of a segment of this host has ended.

    False if the file system has no locks.
    """
    try:
        with open(path, encoding="utf-8") as segment:
            fcntl.flock(segment, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except OSError:  # locked, or a file system without locks
        return False


def write_segment(path: Path, lines: Iterable[str]) -> None:
    """Write records, each with its check sum, as one file of a store or an export."""
    with written_beside(path) as beside, open(beside, "wb") as file:
        for line in lines:
            file.write(line.encode() + b"\t" + checksum(line.encode()) + b"\n")
