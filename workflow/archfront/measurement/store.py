"""The measurement store: every measurement that was taken, with everything its value depends on.

A store is a folder of append-only segments. Each segment has one writer. A line is ``JSON <tab>
CRC-32 <newline>``. The line of a measurement begins with the digest of its key, so that a reader
finds it without parsing other lines. The line is flushed to the disk before the measurement counts
as taken. A reader merges all segments. It skips and counts torn and damaged lines (no newline,
wrong check sum), and names damaged files. If two processes took the same measurement at the same
time, readers keep the one that finished first. A writer holds a lock on its segment as long as the
writer lives.
"""

import fcntl
import hashlib
import json
import os
import platform as host
import sys
import uuid
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from archfront.core.platform import host_facts
from archfront.core.space import configuration_digest
from archfront.core.types import Facts

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


def key_digest(key: Facts) -> str:
    """Identity of a measurement: SHA-256 of its key's JSON."""
    return hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Segment:
    """The content of one file of the store.

    lines:   the JSON of each whole record, as written.
    damaged: number of complete lines whose check sum is wrong.
    torn:    whether the last line is incomplete, since its writer was killed. The measurement of a
             torn line never counted as taken.
    """

    path: Path
    lines: list[str]
    damaged: int
    torn: bool


def read_segment(path: Path) -> Segment:
    """The records of a file. The file may have any content."""
    lines, damaged = [], 0
    *whole, last = path.read_bytes().split(b"\n")
    for number, line in enumerate([*whole, last]):
        text, _, check = line.rpartition(b"\t")
        if check == checksum(text):
            lines.append(text.decode())
        elif number < len(whole) and line:
            damaged += 1
    torn = bool(last) and last.rpartition(b"\t")[2] != checksum(last.rpartition(b"\t")[0])
    return Segment(path, lines, damaged, torn)


def checksum(text: bytes) -> bytes:
    """CRC-32 as 8 hexadecimal digits."""
    return f"{zlib.crc32(text):08x}".encode()


AT = b'{"at":"'
"""Beginning of the line of a measurement; the 64 hexadecimal digits of the digest follow."""


def _lines_at(path: Path, wanted: set[bytes]) -> list[bytes]:
    """Lines of a file that may hold a measurement with one of these digests.

    Measurements of older stores, whose lines do not begin with a digest, are always among them.
    """
    begin, end = len(AT), len(AT) + 64
    return [
        line
        for line in path.read_bytes().split(b"\n")
        if (line[begin:end] in wanted if line.startswith(AT) else line.startswith(b'{"key"'))
    ]


def _measurement(record: Facts) -> Measurement:
    return Measurement(**{name: value for name, value in record.items() if name != "at"})


def measurements_in(segment: Segment) -> list[Measurement]:
    """The measurements of one file, in its order."""
    records = map(json.loads, segment.lines)
    return [_measurement(record) for record in records if "key" in record]


def table_of(measurements: Iterable[Measurement]) -> "pd.DataFrame":
    """Measurements as a table.

    Columns: ``objective``, ``protocol``, ``supernet``, ``digest`` (of the sub-network), the other
    entries of the key (``platform.threads``, ``images`` ...), ``value`` and ``spread`` (NaN if the
    measurement failed), ``reason``, ``started``, ``finished``, ``seconds`` (the measurement's share
    of that time), ``session``.
    """
    import pandas as pd

    records = []
    for m in measurements:
        plain = {n: v for n, v in m.key.items() if n not in ("configuration", "platform")}
        plain["digest"] = configuration_digest(m.key["configuration"])
        on = {f"platform.{name}": value for name, value in m.key.get("platform", {}).items()}
        told = ("value", "spread", "reason", "started", "finished", "seconds", "session")
        records.append(plain | on | {name: getattr(m, name) for name in told})
    return pd.DataFrame(records)


def _ordered(found: Iterable[Measurement]) -> list[Measurement]:
    """The measurements in the order in which they finished."""
    return sorted(found, key=lambda m: (m.finished, m.session))


def _write(segment: int, record: Facts) -> None:
    """Append a record to the segment of this file descriptor. It is on the disk afterwards."""
    text = json.dumps(record, separators=(",", ":"))
    line = text.encode() + b"\t" + checksum(text.encode()) + b"\n"
    while line:
        line = line[os.write(segment, line) :]
    os.fsync(segment)


_TOLD: set[Path] = set()


class MeasurementStore:
    """Reads all segments in ``folder``; writes one segment, which the first append creates."""

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        self.session = f"{host.node()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self.damaged_lines = 0
        self._segment: int | None = None

    def append(self, measurement: Measurement) -> None:
        """Store a measurement. It is on the disk when this method returns."""
        if self._segment is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"{self.session}.jsonl"
            self._segment = os.open(path, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY, 0o644)
            with suppress(OSError):  # a file system without locks
                fcntl.flock(self._segment, fcntl.LOCK_SH)
            _write(self._segment, {"session": self.session, "facts": host_facts()})
        at = {"at": key_digest(measurement.key)}
        _write(self._segment, at | asdict(measurement) | {"session": self.session})

    def measurements(self) -> list[Measurement]:
        """All measurements, oldest first, including failures."""
        return _ordered(_measurement(r) for r in self._records() if "key" in r)

    def table(self) -> "pd.DataFrame":
        """All measurements, oldest first, in the columns of :func:`table_of`."""
        return table_of(self.measurements())

    def sessions(self) -> dict[str, Facts]:
        """Facts of the host, for each session."""
        return {r["session"]: r["facts"] for r in self._records() if "facts" in r}

    def find(self, digests: Iterable[str]) -> dict[str, Measurement]:
        """The first successful measurement for each of these digests of keys.

        A digest without a successful measurement is left out. Only lines that begin with one of the
        digests are parsed, and all measurements of older stores, whose lines have no digest.
        """
        wanted = {digest.encode() for digest in digests}
        lines: list[bytes] = []
        while wanted:
            try:
                for path in sorted(self.folder.glob("*.jsonl")):
                    lines += _lines_at(path, wanted)
                break
            except FileNotFoundError:  # compacted meanwhile: another file has its lines
                lines.clear()
        whole = (line.rpartition(b"\t") for line in dict.fromkeys(lines))
        texts = (text for text, _, check in whole if check == checksum(text))
        found: dict[str, Measurement] = {}
        for measurement in _ordered(_measurement(json.loads(text)) for text in texts):
            digest = key_digest(measurement.key)
            if not measurement.failed and digest.encode() in wanted:
                found.setdefault(digest, measurement)
        return found

    def segments(self) -> list[Segment]:
        """All files of the store, sorted by name.

        A file with damaged lines is named on standard error, once per process.
        """
        while True:
            try:
                found = [read_segment(path) for path in sorted(self.folder.glob("*.jsonl"))]
                break
            except FileNotFoundError:  # compacted meanwhile: another file has its lines
                continue
        self.damaged_lines = sum(segment.damaged + segment.torn for segment in found)
        for segment in found:
            if segment.damaged and segment.path not in _TOLD:
                _TOLD.add(segment.path)
                print(
                    f"warning: {segment.path}: {segment.damaged} damaged lines are left out; "
                    "`archfront store compact` sets the file aside",
                    file=sys.stderr,
                )
        return found

    def _records(self) -> Iterable[Facts]:
        lines = (line for segment in self.segments() for line in segment.lines)
        return map(json.loads, dict.fromkeys(lines))
