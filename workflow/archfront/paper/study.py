"""The experiments behind the paper's figures, by the role that each plays.

``experiments/scaled/`` and its likes hold a file per role; a figure names the roles that it shows,
and those that a setting has no file for are left out of it. A *study* is a mapping
from the roles to their validated experiments.
"""

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from archfront.config.queries import POPDB, WARM
from archfront.core.population_table import labelled
from archfront.supernets.registry import supernet

Study = Mapping[str, dict]


def narrowed(settings: dict, platforms: Iterable[str], tactics: Iterable[str]) -> dict:
    """The experiment as if it had these platforms and tactics only."""
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
    """Paths in the experiment's folder, as seen from that of all results."""
    return [f"{settings['experiment']}/{path}" for path in paths]


def files_of(study: Study, paths: Callable[[dict], Iterable[str]]) -> list[str]:
    """What ``paths`` names in the folder of each experiment, as seen from that of all results."""
    return [path for settings in study.values() for path in inside(settings, paths(settings))]


def table_of(study: Study, table: Callable[[dict], pd.DataFrame]) -> pd.DataFrame:
    """The tables of the experiments, one below the other, each with its name in front."""
    return pd.concat([named(s, table(s)) for s in study.values()], ignore_index=True)


def named(settings: dict, table: pd.DataFrame) -> pd.DataFrame:
    """The table with the experiment's name in front."""
    return labelled(table, experiment=settings["experiment"])


def title(settings: dict) -> str:
    """The super-network, for people; of a user's own, the name of its class."""
    given = settings["supernet"]
    name = given if isinstance(given, str) else given["name"]
    return name.rpartition(":")[2]


def cost_objective(settings: dict) -> str:
    """The second objective: what quality is weighed against."""
    return settings["objectives"][1]


def remarks(study: Study) -> list[str]:
    """What must be known of a figure's numbers, and of which experiments it is true."""
    found: dict[str, list[str]] = {}
    for settings in study.values():
        for remark in supernet(settings).remarks(settings["measurement"]):
            found.setdefault(remark, []).append(settings["experiment"])
    return [f"{', '.join(names)}: {remark}" for remark, names in found.items()]
