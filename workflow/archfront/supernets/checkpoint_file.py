"""Checks of a file of published weights before it is opened."""

from pathlib import Path

from archfront.core.files import file_digest
from archfront.core.registry import ConfigError


def checkpoint_file(path: str | None, sha256: str | None, where: str) -> Path | None:
    """The file that ``supernet.checkpoint`` names; None if it names none.

    ConfigError if the path is no file (the message ends with ``where``, a hint where to find the
    file), or if the SHA-256 of the file is not ``sha256``.
    """
    if path is None:
        return None
    file = Path(path)
    if not file.is_file():
        raise ConfigError(f"supernet.checkpoint: {file} is no file. {where}")
    found = file_digest(file)
    if sha256 is not None and found != sha256.lower():
        raise ConfigError(f"supernet.sha256: {file} has {found}, not {sha256}: it is another file")
    return file
