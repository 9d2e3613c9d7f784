"""The data of the page Explore: fronts of several experiments, and what was measured for them. An
experiment that cannot be read is left out, and a message says why."""

from dataclasses import dataclass

import pandas as pd

from archfront.analytics import actual_predicted
from archfront.analytics.results import value_shares
from archfront.analytics.selection import EMPTY_FRONT
from archfront.core.archive import front
from archfront.core.objective import OBJECTIVES
from archfront.core.population_table import read_population
from archfront.core.space import Configuration, SearchSpace
from archfront.pages import found
from archfront.pages.project import Project
from archfront.supernets.registry import supernet

IDENTITY = ["experiment", "platform", "tactic", "seed", "digest"]


@dataclass(frozen=True)
class Asked:
    """The user's choices of the data that the page shows."""

    experiments: tuple[str, ...]
    platforms: tuple[str, ...]
    tactics: tuple[str, ...]
    x: str
    y: str
    all_measured: bool


@dataclass
class Seen:
    """The data that the page shows.

    rows:     the rows of all fronts. The seeds of a tactic share one front.
    groups:   the rows of each front, by ("experiment, platform", tactic).
    cloud:    all measured sub-networks, drawn behind the fronts; empty if not asked for.
    problems: messages for the user.
    """

    rows: pd.DataFrame
    groups: dict
    cloud: pd.DataFrame
    problems: list[str]


def everything_of(project: Project, experiments: tuple[str, ...]) -> tuple[pd.DataFrame, list[str]]:
    """All rows of these experiments, and a message for each experiment that cannot be read."""
    parts, problems = [], []
    for experiment in experiments:
        part, problem = found.tried(experiment, found.measured, project, experiment)
        problems += [problem] if problem else []
        parts += [part] if part is not None and len(part) else []
    parts = parts or [pd.DataFrame(columns=IDENTITY)]
    return pd.concat(parts, ignore_index=True), problems


def _front(project: Project, experiment: str, rows: pd.DataFrame) -> pd.DataFrame:
    settings = found.settings_of(project, experiment)
    return front(rows, settings["objectives"], settings["bounds"]).drop_duplicates("digest")


def look_at(project: Project, asked: Asked) -> Seen:
    rows, problems = everything_of(project, asked.experiments)
    rows = rows[rows["platform"].isin(asked.platforms) & rows["tactic"].isin(asked.tactics)]
    fronts, groups, clouds = [], {}, []
    for (experiment, platform, tactic), some in rows.groupby(IDENTITY[:3], sort=False):
        name = f"{experiment}, {platform}, {tactic}"
        best, problem = found.tried(name, _front, project, experiment, some)
        problems += [problem] if problem else []
        if best is None:
            continue
        if best.empty:
            problems.append(f"{name}: {EMPTY_FRONT}")
        if {asked.x, asked.y} <= set(best):
            fronts.append(best)
            groups[f"{experiment}, {platform}", tactic] = best
    if asked.all_measured:
        for experiment, platform in dict.fromkeys(
            zip(rows["experiment"], rows["platform"], strict=True)
        ):
            name = f"{experiment}, {platform}"
            cloud, problem = found.tried(name, found.everything, project, experiment, platform)
            problems += [problem] if problem else []
            clouds += [cloud] if cloud is not None and {asked.x, asked.y} <= set(cloud) else []
        if not clouds:
            problems.append(
                f"The store alone does not tell {asked.x} and {asked.y}: one is a closed form, or "
                "nothing was measured; choose two measured objectives to see all that was measured."
            )
    cloud = pd.concat(clouds) if clouds else pd.DataFrame()
    return Seen(pd.concat(fronts) if fronts else rows.iloc[:0], groups, cloud, problems)


def subnetwork(project: Project, row: pd.Series) -> tuple[SearchSpace, Configuration]:
    """The search space and the configuration of a row of :class:`Seen`."""
    space = supernet(found.settings_of(project, row["experiment"])).space
    (own,) = space.decode(read_population(space, row.to_frame().T.infer_objects()))
    return space, own


def shares(project: Project, rows: pd.DataFrame) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """The shares of parameter values on all fronts of each experiment and platform, by title; and a
    message for each that cannot be counted."""
    tables: dict[str, pd.DataFrame] = {}
    problems = []
    groups = rows.groupby(["experiment", "platform"], sort=False) if len(rows) else []
    for (experiment, platform), some in groups:
        title = f"{experiment}, {platform}"
        table, problem = found.tried(title, _shares, project, experiment, some)
        problems += [problem] if problem else []
        tables |= {} if table is None else {title: table}
    return tables, problems


def _shares(project: Project, experiment: str, rows: pd.DataFrame) -> pd.DataFrame:
    space = supernet(found.settings_of(project, experiment)).space
    return value_shares(space, rows.drop_duplicates("digest"))


Pairs = dict[tuple[str, str], pd.DataFrame]
"""Actual and predicted values of held-out sub-networks, by title and objective."""


def pairs(project: Project, experiments: tuple[str, ...]) -> tuple[Pairs, list[str]]:
    """The pairs of the experiments, and a message for each experiment that cannot be read. An
    experiment without the files of its learning curves is left out."""
    tables: Pairs = {}
    problems = []
    for experiment in experiments:
        read, problem = found.tried(experiment, _pairs, project, experiment)
        problems += [problem] if problem else []
        tables |= read or {}
    return tables, problems


def _pairs(project: Project, experiment: str) -> Pairs:
    settings, folder = found.settings_of(project, experiment), project.folder(experiment)
    if not all((folder / path).exists() for path in actual_predicted.inputs(settings)):
        return {}
    tables = {}
    table = actual_predicted.table(folder, settings)
    for (platform, objective), some in table.groupby(["platform", "objective"], sort=False):
        title = [experiment, platform, OBJECTIVES[objective].label, some["predictor"].iloc[0]]
        tables[", ".join(title), objective] = some
    return tables
