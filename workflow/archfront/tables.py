"""Populations, measurements and histories as tables: the one place that names their columns.

Columns: ``digest`` (identity of the sub-network), one per elastic parameter (``ks_0`` ...; blank
where inactive), ``iteration`` (0: the samples), then per objective its value and ``_spread``;
``reason`` says why a measurement is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from archfront.files import write_json, write_table
from archfront.measurement.objective import OBJECTIVES, exact
from archfront.predictors.predictor import save
from archfront.search.pareto import costs, excess, front_mask
from archfront.space import INACTIVE, SearchSpace
from archfront.supernets.supernet import SuperNetwork

if TYPE_CHECKING:  # pymoo takes a while to import, and most jobs do without
    from archfront.search.evolution import History
    from archfront.search.tactic import Tactic


def population_table(space: SearchSpace, population: np.ndarray) -> pd.DataFrame:
    """One column of values per elastic parameter, blank where inactive."""
    canonical = space.canonical(population)
    columns = {}
    for column, (name, parameter) in enumerate(zip(space.names, space.parameters, strict=True)):
        entries = canonical[:, column]
        values = pd.Series(np.array(parameter.values)[entries])
        whole = all(isinstance(v, int) for v in parameter.values)
        values = values.astype("Int64") if whole else values
        columns[name] = values.where(entries != INACTIVE)
    return pd.DataFrame(columns)


def read_population(space: SearchSpace, table: pd.DataFrame) -> np.ndarray:
    """The population in a table's parameter columns: int16 ``n x p``.

    A missing column, an illegal value, or a blank where the parameter is active raises ValueError
    that names the place.
    """
    population = np.full((len(table), len(space)), INACTIVE, np.int16)
    for column, (name, parameter) in enumerate(zip(space.names, space.parameters, strict=True)):
        if name not in table:
            raise ValueError(f"the table lacks the column {name!r}")
        there = table[name].notna().to_numpy()
        population[there, column] = table[name][there].map(parameter.index)
        illegal = population[:, column] == INACTIVE
        if parameter.controller is not None:
            illegal &= there
        for row in np.flatnonzero(illegal):
            raise ValueError(_illegal(row, name, table, parameter.values))
    for row, column in np.argwhere(space.refused(population)):
        values = space.permitted(population[row], column)
        raise ValueError(_illegal(row, space.names[column], table, values))
    return np.where(population == INACTIVE, 0, population).astype(np.int16)


def _illegal(row: int, name: str, table: pd.DataFrame, values: tuple) -> str:
    return (
        f"row {row}: {name} = {table[name].iloc[row]} is not allowed; it may be one of "
        f"{list(values)}"
    )


def with_digests(space: SearchSpace, population: np.ndarray) -> pd.DataFrame:
    """The population's table with the digest first: what a measuring job reads."""
    table = population_table(space, population)
    table.insert(0, "digest", space.digests(population))
    return table


def archive(
    supernet: SuperNetwork,
    population: pd.DataFrame,
    measured: pd.DataFrame,
    previous: pd.DataFrame | None,
    iteration: int,
    closed_forms: Iterable[str],
) -> pd.DataFrame:
    """All measurements of a run so far: ``previous`` rows, then those of this iteration.

    ``measured`` holds the results of all chunks, with a column ``objective``. ``closed_forms``
    names the exact objectives, which are computed. A sub-network that stands in ``previous`` is not
    counted twice.
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
    return pd.read_csv(path, dtype={"reason": object}).fillna({"reason": ""})


def labelled(table: pd.DataFrame, **labels: object) -> pd.DataFrame:
    """A copy of the table with these columns in front, each one value throughout or one per row."""
    table = table.copy()
    for place, (name, value) in enumerate(labels.items()):
        table.insert(place, name, value)
    return table


def sample_archives(settings: dict, platform: str) -> list[str]:
    """The archives of a platform's samples, of each seed, in the experiment's folder."""
    return [f"seed{seed}/{platform}/samples/archive.csv" for seed in settings["seeds"]]


def all_samples(paths: Iterable[str | Path]) -> pd.DataFrame:
    """The samples in several archives, each sub-network once."""
    return pd.concat(map(read_archive, paths)).drop_duplicates("digest")


def archive_costs(
    table: pd.DataFrame, objectives: list[str], bounds: Mapping[str, float] | None = None
) -> np.ndarray:
    """Costs of each row, lower is better; NaN where a measurement is missing, and in rows that lie
    beyond the bounds."""
    values = costs(table[objectives].to_numpy(float), objectives)
    if bounds:
        values[~(excess(table, bounds) == 0)] = np.nan
    return values


def front(
    table: pd.DataFrame, objectives: list[str], bounds: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """The measured Pareto front within the bounds, the best in the first objective first."""
    best = table[front_mask(archive_costs(table, objectives, bounds))]
    ascending = not OBJECTIVES[objectives[0]].maximise
    return best.sort_values([objectives[0], "digest"], ascending=[ascending, True])


def history_table(
    space: SearchSpace, history: History | None, objectives: list[str]
) -> pd.DataFrame:
    """Every individual of a search: ``generation``, ``final``, ``within`` the bounds, predictions,
    parameters. No rows without a search."""
    if history is None:
        named = ["generation", "final", "within", *(f"predicted_{n}" for n in objectives)]
        return pd.DataFrame(columns=[*named, *space.names])
    values = costs(history.costs, objectives)
    table = pd.DataFrame({f"predicted_{n}": values[:, i] for i, n in enumerate(objectives)})
    table.insert(0, "generation", history.generation)
    table.insert(1, "final", 0)
    table.loc[history.final, "final"] = 1
    table.insert(2, "within", history.within.astype(int))
    return pd.concat([table, population_table(space, history.population)], axis=1)


def write_proposal(
    asked: Tactic, batch: np.ndarray, population: str, history: str, predictors: str, promise: str
) -> None:
    """What a tactic asks for, and why: these four files."""
    write_table(population, with_digests(asked.space, batch))
    write_table(history, history_table(asked.space, asked.history, asked.objectives))
    save(asked.predictors, predictors)
    write_json(promise, {"expected_gain": asked.expected_gain})


def read_look_up(path: str | Path | None) -> pd.DataFrame | None:
    """A look-up table, where there is one."""
    return pd.read_csv(path) if path else None


def concatenated(paths: Iterable[str | Path]) -> pd.DataFrame:
    """The results of several chunks, one below the other; without any, none of anything."""
    tables = [pd.read_csv(path) for path in paths]
    return pd.concat(tables or [pd.DataFrame({"objective": [], "seconds": []})], ignore_index=True)
