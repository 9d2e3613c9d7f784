"""Archives: all measurements of a run, as tables.

Columns: ``digest`` (identity of the sub-network); ``iteration`` (0: the run's start); one column
per elastic parameter (``ks_0`` ...; blank where inactive); per measured objective its value and its
``_spread``; per exact objective its value; ``reason`` (why a measurement is missing, or empty).
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from archfront.core.files import read_table
from archfront.core.objective import OBJECTIVES, exact
from archfront.core.pareto import archive_costs, front_mask
from archfront.core.population_table import read_population
from archfront.core.space import SearchSpace
from archfront.core.supernet import SuperNetwork
from archfront.core.types import Indices


def archive(
    supernet: SuperNetwork,
    population: pd.DataFrame,
    measured: pd.DataFrame,
    previous: pd.DataFrame | None,
    iteration: int,
    closed_forms: Iterable[str],
) -> pd.DataFrame:
    """All measurements of a run so far: the rows of ``previous``, then the rows of this iteration.

    ``population`` is a table with the column ``digest`` and the parameter columns. ``measured``
    holds the results of all chunks, with a column ``objective``. ``closed_forms`` names the exact
    objectives; their values are computed here. A sub-network in ``previous`` is not added again.
    """
    table = population.copy()
    table.insert(1, "iteration", iteration)
    rows = read_population(supernet.space, population)
    reasons = pd.Series("", index=table.index)
    for name, results in measured.groupby("objective", sort=False):
        results = results.set_index("digest").loc[table["digest"]].reset_index()
        table[name] = results["value"]
        table[f"{name}_spread"] = results["spread"]
        given = results["reason"].fillna("")
        reasons += given.where(given == "", name + ": " + given + "; ")
    for name in closed_forms:
        table[name] = exact(OBJECTIVES[name], supernet, rows)
    table["reason"] = reasons
    if previous is not None:
        table = pd.concat([previous, table[~table["digest"].isin(previous["digest"])]])
    return table.reset_index(drop=True)


def read_archive(path: str | Path) -> pd.DataFrame:
    return read_table(path).fillna({"reason": ""})


def read_measured(space: SearchSpace, path: str | Path) -> tuple[Indices, pd.DataFrame]:
    """The population (int16 ``n x p``) and the table of an archive."""
    table = read_archive(path)
    return read_population(space, table), table


def check_archive(space: SearchSpace, path: str | Path) -> None:
    """ValueError, with the path, if a row of an archive is no sub-network of the space."""
    try:
        rows, table = read_measured(space, path)
        if space.digests(rows) != table["digest"].tolist():
            raise ValueError("it has other elastic parameters than the search space")
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def all_samples(paths: Iterable[str | Path]) -> pd.DataFrame:
    """The samples in several archives, each sub-network once."""
    return pd.concat(map(read_archive, paths)).drop_duplicates("digest")


def front(
    table: pd.DataFrame, objectives: list[str], bounds: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """The measured front within the bounds, sorted with the best value of the first objective
    first. Rows with a failed measurement are left out."""
    best = table[front_mask(archive_costs(table, objectives, bounds))]
    ascending = not OBJECTIVES[objectives[0]].maximise
    return best.sort_values([objectives[0], "digest"], ascending=[ascending, True])


def best_first(table: pd.DataFrame, objective: str) -> pd.DataFrame:
    """The rows in the order of an objective, the best value first. Rows without a value come
    last."""
    return table.iloc[archive_costs(table, [objective])[:, 0].argsort()]


def concatenated(paths: Iterable[str | Path]) -> pd.DataFrame:
    """The results of several chunks in one table, with the columns of
    :func:`archfront.measurement.measure.measure`. Without a path, the table is empty."""
    tables = [read_table(path) for path in paths]
    columns = ["objective", "digest", "value", "spread", "reason", "seconds"]
    return pd.concat(tables or [pd.DataFrame(columns=columns)], ignore_index=True)
