"""The measurement store: every measurement that was taken, with everything its value depends on.

A store is a folder of append-only segments. Each segment has one writer. A line is ``JSON <tab>
CRC-32 <newline>``. The line of a measurement begins with the digest of its key, so that a reader
finds it without parsing other lines. The line is flushed to the disk before the measurement counts
as taken. A reader merges all segments. It skips torn lines (no newline), and damaged lines (wrong
check sum, or a record that no reader can use: :mod:`archfront.measurement.record`). It counts both,
and names the file, the number and the fault of damaged lines. If two processes took the same
measurement at the same time, readers keep the one that finished first. A writer holds a lock on its
segment from the moment when the segment can be seen until the writer ends.
"""

import fcntl
import hashlib
import json
import os
import platform as host
import sys
import threading
import uuid
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

from archfront.core.files import check_regular, flush
from archfront.core.platform import host_facts
from archfront.core.space import configuration_digest
from archfront.core.types import Facts
from archfront.measurement.record import record_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Measurement:
    """One measured value, with its key and the record of how it was taken.

    key:      everything that the value depends on, and nothing else (see ``measure.key_of``).
    value:    in the objective's unit; None if the measurement failed.
    spread:   uncertainty in the same unit (half a confidence interval, interquartile range or
              standard error), or None.
    reason:   reason of a failure, or "".
    started, finished: seconds since the epoch.
    session:  name of the record with the facts of the host that took the measurement.
    detail:   further numbers of the protocol, for readers.
    """

    key: Facts
    value: float | None
    spread: float | None = None
    reason: str = ""
    started: float = 0.0
    finished: float = 0.0
    session: str = ""
    detail: Facts = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return self.value is None

    @property
    def seconds(self) -> float:
        """Seconds that the measurement took. ``detail["together"]`` measurements that were taken
        together have equal shares of the time. 0 if the clock was set back meanwhile."""
        together: int = self.detail.get("together", 1)
        return max(0.0, self.finished - self.started) / together


FIELDS = frozenset(one.name for one in fields(Measurement))


def key_digest(key: Facts) -> str:
    """Identity of a measurement: SHA-256 of its key's JSON."""
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Segment:
    """The content of one file of the store.

    lines: the record of each whole line, by its JSON as written. Equal lines are one.
    bad:   the fault of each complete line that holds no such record, by the line's number (from 1).
           The number 0 stands for a file that cannot be read.
    torn:  number of the last line if it is incomplete, since its writer was killed; else 0. The
           measurement of a torn line never counted as taken.
    """

    path: Path
    lines: dict[str, Facts]
    bad: dict[int, str]
    torn: int

    @property
    def damaged(self) -> int:
        return len(self.bad)


def named(bad: Mapping[int, str]) -> str:
    """Bad lines as text, each with its fault."""
    return first([f"line {n}: {fault}" if n else fault for n, fault in bad.items()])


NAMED = 3
"""Number of lines that a message names."""


def first(lines: Sequence[str]) -> str:
    """The first :data:`NAMED` of these texts about lines, and the number of others."""
    more = [f"{len(lines) - NAMED} more"] if len(lines) > NAMED else []
    return "; ".join([*lines[:NAMED], *more])


def read_segment(path: Path, wanted: set[bytes] | None = None) -> Segment:
    """The records of a file. The file may have any content. FileNotFoundError if there is none.

    With ``wanted``, only lines that may hold a measurement with one of these digests are read.
    Measurements of older stores, whose lines do not begin with a digest, are always among them.
    """
    lines, bad = {}, {}
    begin, end = len(AT), len(AT) + 64
    try:
        check_regular(path)
        *whole, last = path.read_bytes().split(b"\n")
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not path.is_symlink():
            raise
        return Segment(path, {}, {0: f"the file cannot be read: {error.strerror}"}, 0)
    except ValueError as error:  # a pipe or a device
        return Segment(path, {}, {0: f"the file cannot be read: {error}"}, 0)
    torn = len(whole) + 1 if last else 0
    for number, line in enumerate([*whole, last], 1):
        if wanted is not None and not (
            line[begin:end] in wanted if line.startswith(AT) else line.startswith(b'{"key"')
        ):
            continue
        text, _, check = line.rpartition(b"\t")
        if check == checksum(text):
            torn = torn if number <= len(whole) else 0
            try:
                lines[text.decode()] = record_of(text)
            except ValueError as fault:
                bad[number] = str(fault)
        elif number <= len(whole) and line:
            bad[number] = "the check sum is wrong"
    return Segment(path, lines, bad, torn)


def checksum(text: bytes) -> bytes:
    """CRC-32 as 8 hexadecimal digits."""
    return f"{zlib.crc32(text):08x}".encode()


AT = b'{"at":"'
"""Beginning of the line of a measurement; the 64 hexadecimal digits of the digest follow."""


def measurements_in(lines: Mapping[str, Facts]) -> dict[str, Measurement]:
    """The measurements in the lines of a segment, in their order. Other records, and fields of
    newer versions, are ignored."""
    return {
        line: Measurement(**{name: record[name] for name in record if name in FIELDS})
        for line, record in lines.items()
        if "key" in record
    }


def distinct(segments: Iterable[Segment]) -> dict[str, Facts]:
    """The distinct lines of these files."""
    return {line: record for segment in segments for line, record in segment.lines.items()}


def table_of(measurements: Iterable[Measurement]) -> "pd.DataFrame":
    """Measurements as a table.

    Columns: ``objective``, ``protocol``, ``supernet`` (None if the key lacks them), ``digest`` (of
    the sub-network), the other entries of the key (``platform.threads``, ``images`` ...), ``value``
    and ``spread`` (NaN if the measurement failed), ``reason``, ``started``, ``finished``,
    ``seconds`` (the measurement's share of that time), ``session``.
    """
    import pandas as pd

    records = []
    for m in measurements:
        plain: Facts = dict.fromkeys(("objective", "protocol", "supernet")) | m.key
        platform = plain.pop("platform", {})
        plain["digest"] = configuration_digest(plain.pop("configuration", {}))
        on = {f"platform.{name}": value for name, value in platform.items()}
        told = ("value", "spread", "reason", "started", "finished", "seconds", "session")
        records.append(plain | on | {name: getattr(m, name) for name in told})
    return pd.DataFrame(records)


def _ordered(found: Iterable[Measurement]) -> list[Measurement]:
    """The measurements in the order in which they finished."""
    return sorted(found, key=lambda m: (m.finished, m.session))


def _line(record: Facts) -> bytes:
    """The line of a record. ValueError if no reader could use it."""
    text = json.dumps(record, separators=(",", ":")).encode()
    record_of(text)
    return text + b"\t" + checksum(text) + b"\n"


def _write(segment: int, line: bytes) -> None:
    """Append a line to the segment of this file descriptor. It is on the disk afterwards."""
    while line:
        line = line[os.write(segment, line) :]
    os.fsync(segment)


_TOLD: set[tuple[Path, int]] = set()
"""The bad lines, as file and number, that this process has named."""


def _new_session() -> str:
    return f"{host.node()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


class MeasurementStore:
    """Reads all segments in ``folder``; writes one segment, which the first append creates. Threads
    of one process can share a store.

    A write that fails may leave half a line, to which the next line would be glued. It therefore
    ends the segment and the session. The next append begins new ones.
    """

    def __init__(self, folder: str | Path):
        self.folder = Path(folder).absolute()  # a plug-in may change the current folder
        self.session = _new_session()
        self.damaged_lines = 0
        self._segment: int | None = None
        self._writing = threading.Lock()

    def append(self, measurement: Measurement) -> None:
        """Store a measurement. It is on the disk when this method returns. ValueError, before
        anything is written, if a field has a value that no reader could use."""
        with self._writing:
            self._append(measurement)

    def _append(self, measurement: Measurement) -> None:
        reason = measurement.reason.encode(errors="backslashreplace").decode()
        at = {"at": key_digest(measurement.key)}
        record = at | asdict(measurement) | {"reason": reason, "session": self.session}
        line = _line(record)
        try:
            _write(self._begin_segment() if self._segment is None else self._segment, line)
        except BaseException:
            self._end_segment()
            raise

    def _begin_segment(self) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        hidden = self.folder / f"{self.session}.part"
        flags = os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY
        self._segment = segment = os.open(hidden, flags, 0o644)
        try:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(segment, fcntl.LOCK_SH)
            _write(segment, _line({"session": self.session, "facts": host_facts()}))
            # The lock comes first: a compaction deletes a segment that it sees without a lock.
            os.rename(hidden, hidden.with_suffix(".jsonl"))
            flush(self.folder)
        finally:
            hidden.unlink(missing_ok=True)
        return segment

    def _end_segment(self) -> None:
        if self._segment is not None:
            with suppress(OSError):
                os.close(self._segment)
        self._segment, self.session = None, _new_session()

    def measurements(self) -> list[Measurement]:
        """All measurements, oldest first, including failures."""
        return _ordered(measurements_in(distinct(self.segments())).values())

    def table(self) -> "pd.DataFrame":
        """All measurements, oldest first, in the columns of :func:`table_of`."""
        return table_of(self.measurements())

    def sessions(self) -> dict[str, Facts]:
        """Facts of the host, for each session."""
        records = distinct(self.segments()).values()
        return {r["session"]: r["facts"] for r in records if "facts" in r}

    def find(self, digests: Iterable[str]) -> dict[str, Measurement]:
        """The first successful measurement for each of these digests of keys.

        A digest without a successful measurement is left out. Only lines that begin with one of the
        digests are parsed, and all measurements of older stores, whose lines have no digest.
        """
        wanted = {digest.encode() for digest in digests}
        if not wanted:
            return {}
        found: dict[str, Measurement] = {}
        for measurement in _ordered(measurements_in(distinct(self._read(wanted))).values()):
            digest = key_digest(measurement.key)
            if not measurement.failed and digest.encode() in wanted:
                found.setdefault(digest, measurement)
        return found

    def segments(self) -> list[Segment]:
        """All files of the store, sorted by name."""
        found = self._read()
        self.damaged_lines = sum(segment.damaged + bool(segment.torn) for segment in found)
        return found

    def _read(self, wanted: set[bytes] | None = None) -> list[Segment]:
        """All files, each as :func:`read_segment` reads it. Bad lines are named on standard error,
        once per process."""
        while True:
            try:
                found = [read_segment(path, wanted) for path in sorted(self.folder.glob("*.jsonl"))]
                break
            except FileNotFoundError:  # compacted meanwhile: another file has its lines
                continue
        for segment in found:
            new = {n: fault for n, fault in segment.bad.items() if (segment.path, n) not in _TOLD}
            if new:
                _TOLD.update((segment.path, number) for number in new)
                print(
                    f"warning: {segment.path}: {len(new)} damaged lines are left out "
                    f"({named(new)}); `archfront store compact` sets the file aside",
                    file=sys.stderr,
                )
        return found
