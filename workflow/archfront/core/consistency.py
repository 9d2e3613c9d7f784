"""Checks that weights and data do not change while an experiment runs.

A run never mixes measurements of different weights or data. A value is never stored under the
digest of weights that it was not measured with.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from archfront.core.files import file_digest, read_json, write_json
from archfront.core.types import Facts

FILE = "measured_under.json"
PREPARED = "prepared.json"
"""File beside the prepared data: the SHA-256 of each prepared file, by its path in the folder."""


class ChangedMeanwhile(RuntimeError):
    """Weights, data or another fact behind the measurements changed while the experiment runs."""


def note(folder: Path, under: Mapping[str, Facts]) -> None:
    """Write to ``folder``, beside the prepared data, the digests of the prepared files, and the
    facts that the values of each objective depend on now. ``under`` maps the name of an objective
    to these facts."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    write_json(folder / PREPARED, {str(p.relative_to(folder)): file_digest(p) for p in files})
    write_json(folder / FILE, dict(under))


def prepared(folder: str | Path, name: str) -> Path:
    """The path of the prepared file ``name``, for its reader. :class:`ChangedMeanwhile` if its
    content is not the one that :func:`note` saw: the key of a measurement names that content.

    A folder that :func:`note` was not called for is not checked.
    """
    path = Path(folder) / name
    if (Path(folder) / PREPARED).exists():
        noted = read_json(Path(folder) / PREPARED).get(name)
        if noted != file_digest(path):
            raise ChangedMeanwhile(
                f"{path} is not the file that was prepared: its SHA-256 was {noted} and is "
                f"{file_digest(path)}. Delete the folder {folder}; the next run prepares it again"
            )
    return path


def check(folder: str | Path, objective: str, under: Facts) -> None:
    """Raise :class:`ChangedMeanwhile` if the facts ``under`` of an objective differ from the facts
    that :func:`note` wrote when the data were prepared."""
    same(read_json(Path(folder) / FILE)[objective], json.loads(json.dumps(under)))


def same(before: Facts, now: Facts) -> None:
    """Raise :class:`ChangedMeanwhile` if the facts differ; its message names each changed fact."""
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    if names:
        told = [f"{n} was {before.get(n)!r} and is {now.get(n)!r}" for n in names]
        raise ChangedMeanwhile(
            f"changed while the experiment runs: {'; '.join(told)}. Nothing was stored under a "
            "wrong name. Start the run again: it measures what this changes, and finds the rest in "
            "the store"
        )
