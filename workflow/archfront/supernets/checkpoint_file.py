"""Checks of a file of published weights before it is opened."""

import os
from pathlib import Path

from archfront.core.files import check_regular, file_digest
from archfront.core.registry import ConfigError

LARGEST = 10_000_000_000
"""The largest number of bytes of a checkpoint."""


def checkpoint_file(path: str | None, sha256: str | None, where: str) -> Path | None:
    """The file that ``supernet.checkpoint`` names; None if it names none.

    ConfigError if the path is no regular file (the message ends with ``where``, a hint where to
    find the file), if the file is larger than :data:`LARGEST`, or if its SHA-256 is not ``sha256``.
    """
    if path is None:
        return None
    file = Path(path)
    if not os.path.isfile(file):
        raise ConfigError(f"supernet.checkpoint: {file} is no file. {where}")
    try:
        check_regular(file, LARGEST)
    except ValueError as error:
        raise ConfigError(f"supernet.checkpoint: {error}") from error
    found = file_digest(file)
    if sha256 is not None and found != sha256.lower():
        raise ConfigError(f"supernet.sha256: {file} has {found}, not {sha256}: it is another file")
    return file
