"""Constraint files: smaller versions of a search space, from PopDB, from the fronts of a past
experiment, or known beforehand.

A file is JSON with ``allowed`` (parameter name -> values that stay). If parameters follow their
controllers, it also has ``coupled`` (parameter name -> pairs of the controller's value and the
parameter's value).
"""

import os
from collections.abc import Iterable
from pathlib import Path

from archfront.config.layout import CONFIG, OnPlatform
from archfront.config.user_files import constraint
from archfront.core.registry import ConfigError, listed, nearest, shown
from archfront.core.space import SearchSpace
from archfront.core.types import Config

PRESETS = {
    path.stem: path
    for path in sorted((Path(__file__).parents[1] / "supernets/constraints").glob("*"))
}
"""Known constraints, by the name that a config may give."""


def constraint_file(given: str | Config) -> Path:
    """The path of the constraint file that the config names: by the name of a preset, by a path, or
    by an experiment in ``results/`` and one of its platforms. ConfigError if there is no such
    file."""
    if not isinstance(given, str):
        return _of_fronts(given["experiment"], given["platform"])
    path = PRESETS.get(given, Path(given))
    if not os.path.isfile(path):
        raise ConfigError(
            f"{shown(given)!r} is neither a file nor a preset; presets: {', '.join(PRESETS)}"
            + nearest(given, PRESETS)
        )
    return path


def _of_fronts(experiment: str, platform: str) -> Path:
    """The constraint that the fronts of a past experiment on a platform leave."""
    folder = Path("results", experiment)
    path = folder / OnPlatform(platform).front_constraint
    if os.path.isfile(path):
        return path
    there = sorted(found.stem for found in folder.glob(OnPlatform("*").front_constraint))
    if there:
        raise ConfigError(
            f"{platform!r} is no platform whose fronts {experiment} has; allowed: "
            f"{listed(there)}{nearest(platform, there)}"
        )
    raise ConfigError(
        f"{path} is missing, since {experiment} has not finished; to finish it: "
        f"make run ARGS='--configfile {folder / CONFIG}'"
    )


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
