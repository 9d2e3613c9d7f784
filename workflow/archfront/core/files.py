"""Atomic writing of files: a reader never sees an incomplete file, also after a power cut."""

import csv
import hashlib
import json
import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from archfront.core.plain import plain

DIGITS = "%.10g"
"""Format of the numbers in a table."""


@contextmanager
def written_beside(path: str | Path) -> Iterator[Path]:
    """A temporary path beside ``path``. It is renamed to ``path`` at the end of the block, and
    deleted if the block fails. File and name are on the disk afterwards."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield beside
        flush(beside)  # a name that reaches the disk before its content stands for an empty file
        os.replace(beside, path)
        flush(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Wait until the content of a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_regular(path: str | Path, flags: int, mode: int = 0o666) -> int:
    """A descriptor of a regular file, as of ``os.open``. OSError, with the path, for a link, a pipe
    and everything else that is no regular file. Nothing is waited for, and no other file is opened
    or emptied."""
    odd = f"{path}: is no regular file but a link, a pipe or something else; remove it"
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, mode)
    except OSError as error:
        if os.path.lexists(path) and not stat.S_ISREG(os.lstat(path).st_mode):
            raise OSError(odd) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(odd)
    return descriptor


MADE = {".csv", ".html", ".json", ".npz", ".png", ".svg"}
"""Suffixes of files that jobs make, and that are never empty."""


def forget_emptied(paths: Iterable[Path]) -> list[Path]:
    """Delete the outputs of jobs that a power cut emptied, so that they are made again.

    ``paths`` are files, and folders that a job makes as a whole. Such a folder is deleted if one of
    its files is empty. Returns the empty files, and names each on standard error. After a power cut
    a file may have no bytes, or only zeros.
    """
    found = []
    for path in paths:
        emptied = [one for one in (path, *path.rglob("*")) if one.suffix in MADE and _empty(one)]
        for one in emptied:
            told = f"warning: {one} was empty, as after a power cut; it is made again"
            print(told, file=sys.stderr)
        if emptied and path.is_dir():
            shutil.rmtree(path)
        elif emptied:
            path.unlink(missing_ok=True)
        found += emptied
    return found


def _empty(path: Path) -> bool:
    if not path.is_file():
        return False
    with open(path, "rb") as file:
        if file.read(1).strip(b"\0"):
            return False
        return not any(block.strip(b"\0") for block in iter(lambda: file.read(1 << 20), b""))


def check_regular(path: str | Path, most: int | None = None) -> None:
    """Raise ValueError for a device, a pipe or a socket, whose content may have no end.

    With ``most``, for a file that a user names: ValueError also for more bytes, and for a file that
    has content although the system says that it has no bytes, as those of ``/proc``.
    """
    state = os.stat(path)
    if stat.S_ISDIR(state.st_mode):
        return
    if not stat.S_ISREG(state.st_mode):
        raise ValueError(f"{path}: is no regular file but a device, a pipe or a socket")
    if most is None:
        return
    if state.st_size > most:
        raise ValueError(f"{path}: has {state.st_size:,} bytes; allowed: at most {most:,}")
    if state.st_size == 0:
        with open(path, "rb", buffering=0) as file:  # a file that is written meanwhile has a size
            if file.read(8) and os.fstat(file.fileno()).st_size == 0:
                raise ValueError(f"{path}: is no regular file but a view of the system")


def read_text(path: str | Path) -> str:
    """The text of a file in UTF-8, without a byte order mark. ValueError, with the path and the
    line, for another encoding, and for something else than a regular file."""
    check_regular(path)
    content = Path(path).read_bytes()
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ValueError(
            f"{path}, line {line}: the byte 0x{content[error.start]:02x} is no text in UTF-8; save "
            "the file in this encoding"
        ) from None


def write_text(path: str | Path, text: str) -> None:
    """Write text in UTF-8, whatever the locale. Its lines end as they do in ``text``."""
    with written_beside(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="")


def write_json(path: str | Path, content: object) -> None:
    """Write indented JSON with a final newline. Numbers of numpy and torch, which a plug-in may
    have given, become plain numbers."""
    name = Path(path).name
    text = json.dumps(content, indent=2, ensure_ascii=False, default=lambda v: plain(v, name))
    write_text(path, text + "\n")


def read_json(path: str | Path) -> dict[str, Any]:
    """The content of a JSON file. ValueError, with its path, if it is none."""
    try:
        content: dict[str, Any] = json.loads(read_text(path))
    except ValueError as error:
        raise ValueError(f"{path} cannot be read as JSON: {error}") from error
    return content


def read_lines(path: str | Path, errors: str = "strict") -> list[str]:
    """The lines of a text file in UTF-8, without their ends: LF, CRLF and CR. Other separators of
    Unicode, such as U+2028, are characters of a line: ``str.splitlines`` would split there, and
    two sides of a translation would no longer fit together. ``errors`` is that of ``open``."""
    check_regular(path)
    with open(path, encoding="utf-8", errors=errors) as file:
        return [line.removesuffix("\n") for line in file]


def write_table(path: str | Path, table: pd.DataFrame) -> None:
    """Write CSV without an index. Numbers have 10 significant digits, so that equal values give
    equal bytes. Texts may have any characters of Unicode."""
    given = {"index": False, "float_format": DIGITS, "lineterminator": "\n"}
    text = table.to_csv(**given)
    if "\r" in text:  # Python before 3.13 does not quote it, and a reader takes it for a line's end
        text = table.to_csv(**given, quoting=csv.QUOTE_NONNUMERIC)
    write_text(path, text)


TEXT = (
    *("digest", "knee", "reason", "remarks", "objective", "predictor", "parameter", "kind"),
    *("experiment", "supernet", "platform", "tactic", "against", "front_of"),
)
"""Columns of text. A digest of 16 hexadecimal digits can read as a number, such as
``0122e35788717293``, and so can the name of a platform."""


def read_table(path: str | Path, columns: list[str] | None = None) -> pd.DataFrame:
    """Read a table that :func:`write_table` wrote, or only these ``columns`` of it.

    The columns in :data:`TEXT` are text, in a table of any length. NaN is where a cell is empty,
    and nowhere else: ``None`` and ``nan`` are text. ValueError for something else than a regular
    file. The name of the file does not matter: ``x.gz`` is read as text, too.
    """
    check_regular(path)
    return pd.read_csv(
        path,
        usecols=columns,
        dtype=dict.fromkeys(TEXT, str),
        keep_default_na=False,
        na_values=[""],
        compression=None,
    )


def file_digest(path: str | Path) -> str:
    """SHA-256 of a file, as hexadecimal digits. A process reads the file again only after its size
    or its modification time has changed."""
    check_regular(path)
    state = os.stat(path)
    return _file_digest(Path(path), state.st_size, state.st_mtime_ns)


@cache
def _file_digest(path: Path, size: int, time: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
