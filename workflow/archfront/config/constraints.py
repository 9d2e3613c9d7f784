"""Constraint files: smaller versions of a search space, from PopDB or known beforehand.

A file is JSON with ``allowed`` (parameter name -> values that stay). If parameters follow their
controllers, it also has ``coupled`` (parameter name -> pairs of the controller's value and the
parameter's value).
"""

import os
from collections.abc import Iterable
from pathlib import Path

from archfront.config.user_files import constraint
from archfront.core.registry import ConfigError, nearest, shown
from archfront.core.space import SearchSpace

PRESETS = {
    path.stem: path
    for path in sorted((Path(__file__).parents[1] / "supernets/constraints").glob("*"))
}
"""Known constraints, by the name that a config may give."""


def constraint_file(given: str) -> Path:
    """The path of a constraint file, from the name of a preset or from a path. ConfigError if
    ``given`` is neither."""
    path = PRESETS.get(given, Path(given))
    if not os.path.isfile(path):
        raise ConfigError(
            f"{shown(given)!r} is neither a file nor a preset; presets: {', '.join(PRESETS)}"
            + nearest(given, PRESETS)
        )
    return path


def constrained_space(space: SearchSpace, files: Iterable[str | Path]) -> SearchSpace:
    """``space`` within the constraints of these files, applied one after the other.

    A later file cannot bring back a value that an earlier file removed. If the files have no value
    of a parameter in common, the parameter keeps the values of the earlier files. Raises
    ConfigError, which names the file, if a file does not fit the space.
    """
    for path in files:
        content = constraint(path)
        now = dict(zip(space.names, (p.values for p in space.parameters), strict=True))
        coupled = content.get("coupled", {})
        for name in {**content["allowed"], **coupled}:
            if name not in now:
                raise ConfigError(
                    f"{path}: this space has no parameter {shown(name)!r}{nearest(name, now)}"
                )
        allowed = content["allowed"].items()
        common = {name: [v for v in now[name] if v in values] for name, values in allowed}
        space = space.constrain({name: kept for name, kept in common.items() if kept})
        try:
            space = space.couple(coupled)
        except (ValueError, TypeError) as error:
            raise ConfigError(f"{path}: {shown(str(error))}") from error
    return space
