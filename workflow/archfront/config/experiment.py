"""An experiment: the validated config, with every default filled in.

:mod:`archfront.config.models` holds every key, its range and its default, and
:mod:`archfront.config.checks` the checks of several keys. All problems are found before any work
begins.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from archfront.config.checks import cross_checks, unreadable
from archfront.config.defaults import with_defaults, with_thresholds
from archfront.config.plain_values import parsed, unfit
from archfront.config.schema import problems_of
from archfront.core.files import read_text
from archfront.core.registry import TOLD, ConfigError, nearest
from archfront.core.types import Config

LARGEST_FILE = 1_000_000
"""The largest number of bytes of a config, comments included."""


def validated(config: Config) -> dict[str, Any]:
    """The config with all defaults filled in.

    Raises :class:`ConfigError`, which names the problems. The checks of several keys run only on a
    config that fits the schema.
    """
    return _checked(config, cross_checks)


def recorded(config: Config) -> dict[str, Any]:
    """The config of a past run with all defaults filled in, to read the results of the run.

    It may be one that :func:`validated` refuses: a version of archfront may refuse what an earlier
    version ignored, and files or packages may be gone. Raises :class:`ConfigError` as
    :func:`validated` if the config does not fit the schema, or if the results cannot be read.
    """
    return _checked(config, unreadable)


def _checked(config: Config, check: Callable[[Config], list[str]]) -> dict[str, Any]:
    if not isinstance(config, Mapping):
        raise ConfigError(f"expected keys and values, found {config!r}")
    config = dict(config)
    _refuse(sorted(unfit(config) or problems_of(config)))
    config = with_defaults(config)
    _refuse(check(config))
    return with_thresholds(config)


def _refuse(problems: list[str]) -> None:
    """Raise ConfigError with these problems, if there are any: at most :data:`TOLD` lines, and how
    many more there are."""
    lines = [line for problem in problems for line in problem.splitlines()]
    more = [f"... ({len(lines) - TOLD:,} more lines)"] if len(lines) > TOLD else []
    if problems:
        raise ConfigError("\n".join([*lines[:TOLD], *more]))


def read(path: str | Path) -> dict[str, Any]:
    """The keys and values of a YAML file in UTF-8. ConfigError, with the path, if the file holds
    something else (:func:`archfront.config.plain_values.parsed`)."""
    if Path(path).stat().st_size > LARGEST_FILE:
        raise ConfigError(f"{path}: has more than {LARGEST_FILE:,} bytes; this is no config")
    try:
        text = read_text(path)
    except ValueError as error:  # another encoding, or no regular file
        raise ConfigError(str(error)) from error
    try:
        content = parsed(text)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: expected keys and values, found {type(content).__name__}")
    return content


def load(path: str | Path) -> dict[str, Any]:
    """The validated experiment in a YAML file."""
    return validated(read(path))


def experiment_file(name: str, *folders: str | Path) -> Path:
    """The path of the YAML file of the experiment ``name``.

    It is ``<name>.yaml``, or ``<group>/<rest>.yaml`` for a name ``<group>_<rest>``, in the first of
    the folders that has such a file. ConfigError if no folder has one.
    """
    group, _, rest = name.partition("_")
    for folder in map(Path, folders):
        for path in (folder / f"{name}.yaml", folder / group / f"{rest}.yaml"):
            if os.path.isfile(path):
                return path
    known = [p.stem for folder in folders for p in Path(folder).glob("*.yaml")]
    raise ConfigError(
        f"experiment {name!r}: there is no {Path(folders[0]) / name}.yaml{nearest(name, known)}"
    )
