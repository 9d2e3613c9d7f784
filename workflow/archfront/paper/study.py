"""The experiments behind the paper's figures, by their roles.

A setting is a folder such as ``experiments/scaled/``, with one file per role. A figure names the
roles that it shows. Roles without a file in the setting are left out of the figure. A *study* is a
mapping from roles to validated experiments.
"""

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from archfront.config.queries import POPDB, WARM
from archfront.core.population_table import labelled
from archfront.supernets.registry import option, supernet

Study = Mapping[str, dict]
STANDS_IN = {"popdb": "vision"}
"""For a role without a file in a setting: the role whose experiment is shown instead."""


def narrowed(settings: dict, platforms: Iterable[str], tactics: Iterable[str]) -> dict:
    """A copy of the experiment with these platforms and tactics only."""
    tactics = list(tactics)
    found = settings | {
        "platforms": {name: settings["platforms"][name] for name in platforms},
        "tactics": [name for name in tactics if not name.endswith((POPDB, WARM))],
    }
    for section, suffix in (("popdb", POPDB), ("warm_start", WARM)):
        held = [name.removesuffix(suffix) for name in tactics if name.endswith(suffix)]
        found[section] = settings[section] | {"tactics": held}
    found["popdb"]["enabled"] = bool(found["popdb"]["tactics"])
    return found


def inside(settings: dict, paths: Iterable[str]) -> list[str]:
    """Paths of an experiment, relative to the folder of all results. ``paths`` are relative to the
    experiment's folder."""
    return [f"{settings['experiment']}/{path}" for path in paths]


def files_of(study: Study, paths: Callable[[dict], Iterable[str]]) -> list[str]:
    """The paths that ``paths`` returns for each experiment, changed as by :func:`inside`."""
    return [path for settings in study.values() for path in inside(settings, paths(settings))]


def table_of(study: Study, table: Callable[[dict], pd.DataFrame]) -> pd.DataFrame:
    """The tables of the experiments, one below the other. The first column is the name of the
    experiment."""
    return pd.concat([named(s, table(s)) for s in study.values()], ignore_index=True)


def named(settings: dict, table: pd.DataFrame) -> pd.DataFrame:
    """The table with the experiment's name as the first column."""
    return labelled(table, experiment=settings["experiment"])


def title(settings: dict) -> str:
    """Readable name of the super-network: the name of the class for a user's super-network, and the
    super-network whose search space it has, if it has an option ``space``."""
    return _title(settings["supernet"])


def _title(given: str | dict) -> str:
    name = given if isinstance(given, str) else given["name"]
    space = option(given, "space")
    return name.rpartition(":")[2] + (f" of {_title(space)}" if space else "")


def cost_objective(settings: dict) -> str:
    """Name of the second objective, the cost that is traded off against quality."""
    return settings["objectives"][1]


def remarks(study: Study) -> list[str]:
    """Remarks that a reader of a figure needs, each with the names of the experiments that it
    applies to."""
    found: dict[str, list[str]] = {}
    for settings in study.values():
        for remark in supernet(settings).remarks(settings["measurement"]):
            found.setdefault(remark, []).append(settings["experiment"])
    return [f"{', '.join(names)}: {remark}" for remark, names in found.items()]
