"""Results of past runs: searches, fronts, and frequencies of parameter values."""

from pathlib import Path

import pandas as pd

from archfront.config.layout import PROVENANCE, SUMMARY, runs_with
from archfront.core.files import read_json, read_table
from archfront.core.population_table import labelled, read_population
from archfront.core.space import SearchSpace
from archfront.search.popdb import frequencies


def searches(results: str | Path = "results") -> pd.DataFrame:
    """One row per run of every finished experiment: ``experiment``, then the columns of its
    ``summary.csv``."""
    tables = [
        read_table(path).assign(experiment=path.parent.name)
        for path in sorted(Path(results).glob(f"*/{SUMMARY}"))
    ]
    if not tables:
        return pd.DataFrame(columns=["experiment"])
    table = pd.concat(tables, ignore_index=True)
    return table[["experiment", *table.columns.drop("experiment")]]


RUNS = [
    *("experiment", "supernet", "platform", "tactic", "seed"),
    *("objectives", "validations", "hypervolume"),
]


def runs(results: str | Path = "results") -> tuple[pd.DataFrame, list[str]]:
    """The :func:`runs_of` all finished experiments as one table, and a message for each experiment
    whose files cannot be read."""
    tables, problems = [pd.DataFrame(columns=RUNS)], []
    for path in sorted(Path(results).glob(f"*/{SUMMARY}")):
        try:
            tables.append(runs_of(path.parent))
        except (OSError, ValueError) as error:
            problems.append(f"{path.parent.name}: {error}")
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else tables[0], problems


def runs_of(folder: Path) -> pd.DataFrame:
    """One row per run of the finished experiment in ``folder``, with the columns :data:`RUNS`.

    The name of the super-network and the objectives are those of ``provenance.json``; they are
    empty if the file is missing. OSError or ValueError, with the path, for a file that cannot be
    read.
    """
    path, settings = folder / SUMMARY, _settings(folder)
    try:
        table = read_table(path)
        if missing := {"platform", "tactic", "seed"} - {*table.columns}:
            raise ValueError(f"has no column {', '.join(sorted(missing))}")
        table = table.assign(experiment=folder.name, **settings).reindex(columns=RUNS)
        return table.astype({"seed": "Int64", "validations": "Int64", "hypervolume": float})
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error


def _settings(folder: Path) -> dict[str, str]:
    """The name of the super-network and the objectives of the experiment in the folder, as text."""
    path = folder / PROVENANCE
    if not path.exists():
        return {"supernet": "", "objectives": ""}
    told = read_json(path)
    try:
        given, objectives = told["experiment"]["supernet"], told["experiment"]["objectives"]
        name = given if isinstance(given, str) else given["name"]
        return {"supernet": name, "objectives": ", ".join(objectives)}
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path}: names no super-network or no objectives") from error


def fronts(results: str | Path = "results") -> pd.DataFrame:
    """Every measured front: ``experiment, seed, platform, tactic``, then the columns of its
    ``front.csv``."""
    tables = []
    for folder in sorted(Path(results).glob("*")):
        for seed, platform, tactic, path in runs_with(folder, "front"):
            names = {"experiment": folder.name, "seed": seed}
            names |= {"platform": platform, "tactic": tactic}
            tables.append(labelled(read_table(path), **names))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["experiment"])


def value_shares(space: SearchSpace, subnetworks: pd.DataFrame) -> pd.DataFrame:
    """Relative frequency of each value of each elastic parameter in a table of sub-networks, such
    as a front: ``parameter, kind, value, frequency``. Only the rows in which the parameter is
    active count; NaN if it is never active."""
    population = read_population(space, subnetworks)
    return frequencies(space, population, labels=population[:, 0] * 0)
