"""What past runs have found: searches, fronts, and what their sub-networks have in common."""

from pathlib import Path

import pandas as pd

from archfront.popdb import frequencies
from archfront.space import SearchSpace
from archfront.tables import read_population


def searches(results: str | Path = "results") -> pd.DataFrame:
    """One row per run of every finished experiment: ``experiment``, then the columns of its
    ``summary.csv``."""
    tables = [
        pd.read_csv(path).assign(experiment=path.parent.name)
        for path in sorted(Path(results).glob("*/summary.csv"))
    ]
    if not tables:
        return pd.DataFrame(columns=["experiment"])
    table = pd.concat(tables, ignore_index=True)
    return table[["experiment", *table.columns.drop("experiment")]]


def fronts(results: str | Path = "results") -> pd.DataFrame:
    """Every measured front: ``experiment, seed, platform, tactic``, then the columns of its
    ``front.csv``."""
    tables = []
    for path in sorted(Path(results).glob("*/seed*/*/*/front.csv")):
        experiment, seed, platform, tactic = path.parts[-5:-1]
        table = pd.read_csv(path)
        table.insert(0, "experiment", experiment)
        table.insert(1, "seed", int(seed.removeprefix("seed")))
        table.insert(2, "platform", platform)
        table.insert(3, "tactic", tactic)
        tables.append(table)
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["experiment"])


def value_shares(space: SearchSpace, subnetworks: pd.DataFrame) -> pd.DataFrame:
    """How often each value of each elastic parameter stands in a table of sub-networks, such as a
    front: ``parameter, kind, value, frequency`` among the rows in which the parameter is active."""
    population = read_population(space, subnetworks)
    return frequencies(space, population, labels=population[:, 0] * 0)
