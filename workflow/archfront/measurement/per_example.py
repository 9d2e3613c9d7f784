"""Records per example: what a sub-network answered on each image or sentence of a validation.

They lie beside the store's segments, in ``per_example/``, one compressed file per measurement. The
name of a file is the SHA-256 of its content, and the measurement holds it in
``detail["per_example"]``. Differences between sub-networks can so be compared example by example
(:mod:`archfront.core.paired`).
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from archfront.core.files import check_regular, written_beside
from archfront.core.types import Facts
from archfront.measurement.store import Measurement

FOLDER = "per_example"
"""Folder in the store with the records, in one folder per first two digits of a name."""
DETAIL = "per_example"
"""Name of the reference in ``Measurement.detail``."""
LARGEST = 1_000_000_000
"""The largest number of bytes of a file."""


def keep(store: Path, records: Mapping[str, np.ndarray]) -> Facts:
    """Write records and return the reference to them: ``sha256``, and ``examples``, the numbers of
    the first example and of the one after the last. Equal records give equal bytes."""
    (count,) = {len(array) for array in records.values()}
    content = io.BytesIO()
    arrays: Any = dict(records)
    np.savez_compressed(content, **arrays)
    return {"sha256": write(store, content.getvalue()), "examples": [0, count]}


def write(store: Path, content: bytes) -> str:
    """Write the content of a file of records, and return its name."""
    name = hashlib.sha256(content).hexdigest()
    path = path_of(store, name)
    if not path.exists():
        with written_beside(path) as beside:
            beside.write_bytes(content)
    return name


def path_of(store: Path, name: str) -> Path:
    return store / FOLDER / name[:2] / f"{name}.npz"


def reference(measurement: Measurement) -> str | None:
    """The name of the measurement's records; None if it has none."""
    told = measurement.detail.get(DETAIL)
    name = told.get("sha256") if isinstance(told, dict) else None
    return name if isinstance(name, str) and re.fullmatch("[0-9a-f]{64}", name) else None


def content(store: Path, name: str) -> bytes:
    """The content of a file of records. ValueError, with its path, if it is missing or damaged."""
    path = path_of(store, name)
    try:
        check_regular(path, LARGEST)
        found = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from error
    if hashlib.sha256(found).hexdigest() != name:
        raise ValueError(f"{path}: the content has another SHA-256 than the name")
    return found


def records_of(store: Path, measurement: Measurement) -> dict[str, np.ndarray] | None:
    """The records of a measurement: arrays with one row per example; None if it has none.

    ``right``: bool, whether the most probable class is the label. ``log_probability``: float16, of
    the label. ``kl``: float16, the Kullback-Leibler divergence from the largest sub-network.
    ``statistics``: of a translation, the counts that BLEU sums up. ValueError, with the path, if
    the file is missing or damaged.
    """
    name = reference(measurement)
    if name is None:
        return None
    try:
        with np.load(io.BytesIO(content(store, name))) as kept:
            return dict(kept)
    except (zipfile.BadZipFile, OSError) as error:
        raise ValueError(f"{path_of(store, name)}: {error}") from error
