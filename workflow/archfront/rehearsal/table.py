"""A super-network whose measurements are looked up in a table: a published benchmark, or the
measurements of a colleague."""

import hashlib
import inspect
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from archfront.core.extras import explained
from archfront.core.files import check_regular, file_digest, write_json
from archfront.core.objective import OBJECTIVES, Objective
from archfront.core.platform import Platform
from archfront.core.population_table import read_population
from archfront.core.registry import ConfigError, nearest, shown
from archfront.core.required import required
from archfront.core.space import Configuration, ElasticParameter, SearchSpace
from archfront.core.supernet import Reading, Reference, SuperNetwork
from archfront.core.types import Facts, Floats, Indices, Settings
from archfront.rehearsal.replay import LARGEST
from archfront.supernets.registry import supernet

COSTS = "macs", "params"
NO_VALUE = "nan", "na", "n/a", "null", "none"
"""Texts that stand for an empty cell of an objective, in small letters."""


class Table(SuperNetwork):
    """Options:

    table:      CSV or Parquet file (``.parquet``) of measurements. A value is the mean of the rows
                of its sub-network; empty cells do not count.
    parameters: the columns that are elastic parameters: a list, or a mapping of kinds to lists.
                The values of a parameter are those in its column: ascending numbers, or texts in
                alphabetical order. No cell may be empty.
    space:      in place of ``parameters``, a super-network (name, or mapping with options) whose
                search space the table has, in columns such as ``ks_0``.
    columns:    the column of an objective, where it has another name. The column of an objective
                that depends on the platform may be a mapping of the platforms' ``model`` to
                columns.

    Units are those of the objectives: %, ms, and millions of MACs or parameters. MACs and
    parameters are those of the table if it holds all sub-networks, otherwise those of ``space``.
    A sub-network without a value in the table is a failed measurement.

    ConfigError, with the option, for a file that cannot be read, an unknown column or objective,
    or an empty cell of a parameter.
    """

    needs_platform = False

    def __init__(
        self,
        table: str,
        parameters: list[str] | dict[str, list[str]] | None = None,
        space: str | dict | None = None,
        columns: dict[str, str | dict[str, str]] | None = None,
    ):
        if (parameters is None) == (space is None):
            raise ConfigError(
                "supernet.parameters: name the columns of the elastic parameters here, or a "
                "super-network that has them in supernet.space; one of the two"
            )
        self.file = Path(table)
        self._rows = _content(self.file)
        self.original = None if space is None else supernet(space)
        self._given = columns or {}
        self._columns = self._checked(self._given)
        if self.original is None:
            self.space, population = _own_space(self._rows, parameters or [])
        else:
            self.space = self.original.space
            population = _population(self.file, self.space, self._rows)
        _, self._first, self._group = np.unique(
            self.space.canonical(population), axis=0, return_index=True, return_inverse=True
        )
        self.population = population[self._first]
        self._place = {key: row for row, key in enumerate(self.space.keys(self.population))}
        self.measures = tuple(n for n in self._columns if self._known[n].evaluation != "exact")
        there = () if self.original is None else self.original.costs
        self.costs = tuple(n for n in COSTS if n in there or self._tabulated(n))

    def _checked(self, given: Mapping[str, Any]) -> dict[str, dict[str | None, str]]:
        """The column of each objective that the table has, by the platforms' ``model``; by None for
        all platforms."""
        known = self._known
        for name in given:
            if name not in known:
                near = nearest(name, known)
                raise ConfigError(f"supernet.columns.{shown(name)}: no objective{near}")
        found: dict[str, dict[str | None, str]] = {}
        for name, objective in known.items():
            asked = given.get(name, name)
            several = isinstance(asked, Mapping)
            if several and not objective.per_platform:
                raise ConfigError(
                    f"supernet.columns.{name}: does not depend on the platform; name one column"
                )
            by_model: dict[str | None, str] = dict(asked) if several else {None: asked}
            for model, column in by_model.items():
                if name in given and column not in self._rows:
                    place = f"supernet.columns.{name}" + (f".{shown(model)}" if several else "")
                    raise ConfigError(
                        f"{place}: {self.file} has no column {column!r}"
                        f"{nearest(column, list(self._rows))}"
                    )
            if name in given or name in self._rows:
                found[name] = by_model
        return found

    @cached_property
    def _known(self) -> dict[str, Objective]:
        """The registered objectives by name, and those that are attributes of the class."""
        own = [o for _, o in inspect.getmembers_static(type(self)) if isinstance(o, Objective)]
        return {**OBJECTIVES, **{objective.name: objective for objective in own}}

    @property
    def complete(self) -> bool:
        """Whether the table has every sub-network of the space."""
        return len(self.population) == self.space.size

    def everything(self) -> Indices | None:
        return self.population if self.complete else None

    def digest(self) -> str:
        told = [file_digest(self.file), self.space.digest, json.dumps(self._given, sort_keys=True)]
        return f"table {hashlib.sha256(' '.join(told).encode()).hexdigest()}"

    def context(self, objective: str, settings: Settings) -> Facts:
        if objective not in self._columns:
            raise ConfigError(
                f"supernet.columns: {self.file} has no column for {objective}; name it in "
                f"`columns: {{{objective}: ...}}`; it has {', '.join(map(str, self._rows))}"
            )
        return {}

    def exact(self, objective: str, population: Indices) -> Floats:
        """MACs, parameters, or another exact objective. ValueError if neither a complete table nor
        ``space`` gives it."""
        if not self._tabulated(objective):
            if self.original is not None:
                return self.original.exact(objective, population)
            raise ValueError(
                f"{self.file}: {objective} needs a column with a value for each sub-network; the "
                f"table has {len(self.population):,} of {self.space.size:,} sub-networks"
            )
        return self._values(objective)[[self._place[key] for key in self.space.keys(population)]]

    def _tabulated(self, objective: str) -> bool:
        there = self.complete and objective in self._columns
        return there and bool(np.isfinite(self._values(objective)).all())

    def stage_features(self, population: Indices) -> Floats | None:
        return None if self.original is None else self.original.stage_features(population)

    def references(self) -> Iterable[Reference]:
        return () if self.original is None else self.original.references()

    def remarks(self, settings: Settings) -> list[str]:
        held = f"{len(self.population):,} of {self.space.size:,} sub-networks"
        return [f"looked up: {self.file.name} holds measurements of {held}; nothing was measured"]

    def prepare_data(self, folder: Path, settings: Settings) -> None:
        """Write ``table.json``: the file, its digest, and the number of sub-networks with a value
        of each objective."""
        values = {
            column: int(np.isfinite(self._means(column)).sum())
            for by_model in self._columns.values()
            for column in by_model.values()
        }
        facts: Facts = {"file": self.file.name, "sha256": file_digest(self.file), "values": values}
        write_json(folder / "table.json", facts | {"subnetworks": len(self.population)})

    def measure(
        self,
        objective: str,
        configurations: list[Configuration],
        platform: Platform | None,
        settings: Settings,
    ) -> Iterator[Reading]:
        values = self._values(objective, platform)
        for key in self.space.keys(self.space.encode(configurations)):
            place = self._place.get(key)
            if place is None:
                yield Reading(None, reason=f"{self.file.name} has no row of this sub-network")
            elif np.isnan(values[place]):
                yield Reading(None, reason=f"{self.file.name} has no {objective} in its row")
            else:
                yield Reading(float(values[place]))

    def _values(self, objective: str, platform: Platform | None = None) -> Floats:
        """The value of each distinct sub-network of the table, NaN where it has none."""
        by_model = self._columns[objective]
        if None in by_model:
            return self._means(by_model[None])
        model = required(platform, "platform").model
        if model not in by_model:
            name, known = required(platform, "platform").name, ", ".join(map(str, by_model))
            raise ConfigError(
                f"platforms.{name}.model: {model!r} has no column in supernet.columns."
                f"{objective}, which has {known}{nearest(str(model), list(by_model))}"
            )
        return self._means(by_model[model])

    @cached_property
    def _read(self) -> dict[str, Floats]:
        return {}

    def _means(self, column: str) -> Floats:
        """The mean of a column over the rows of each distinct sub-network."""
        if column not in self._read:
            cells = self._rows[column]
            values = pd.to_numeric(cells, errors="coerce")
            odd = cells[values.isna() & cells.notna()]
            odd = odd[~odd.astype(str).str.strip().str.lower().isin(NO_VALUE)]
            if len(odd):
                text = odd.iloc[0]
                raise ConfigError(
                    f"supernet.table: {self.file}, column {column!r}: {text!r} is no number"
                )
            values = values.where(np.isfinite(values))
            self._read[column] = values.groupby(self._group).mean().to_numpy(float)
        return self._read[column]


@lru_cache(maxsize=4)
def _parsed(path: Path, changed: int, size: int) -> pd.DataFrame:
    """The cells of a table. The further arguments tell a changed file from the one before."""
    check_regular(path, LARGEST)
    if path.suffix == ".parquet":
        with explained():
            import_module("pyarrow")  # pandas would not say which extra to install
        return pd.read_parquet(path)
    return pd.read_csv(path, compression=None, keep_default_na=False, na_values=[""])


def _content(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise ConfigError(f"supernet.table: {path} is no file")
    state = os.stat(path)
    try:
        table = _parsed(path, state.st_mtime_ns, state.st_size)
    except (ValueError, OSError) as error:
        raise ConfigError(f"supernet.table: {path}: {error}") from error
    if table.empty:
        raise ConfigError(f"supernet.table: {path} has no rows")
    return table


def _own_space(
    table: pd.DataFrame, parameters: list[str] | dict[str, list[str]]
) -> tuple[SearchSpace, Indices]:
    """The space of the values in the columns ``parameters``, and the population in the rows."""
    kinds = {name: [name] for name in parameters} if isinstance(parameters, list) else parameters
    if not any(kinds.values()):
        raise ConfigError("supernet.parameters: name at least one column")
    made, columns = [], []
    for kind, names in kinds.items():
        for name in names:
            place = f"supernet.parameters: {name!r}"
            if name not in table:
                raise ConfigError(f"{place} is no column{nearest(name, list(table))}")
            codes, values = pd.factorize(table[name], sort=True)
            if (codes < 0).any():
                row = int(np.flatnonzero(codes < 0)[0])
                raise ConfigError(
                    f"{place} is empty in row {row}; a space whose parameters can be inactive is "
                    "named in supernet.space"
                )
            made.append(ElasticParameter(kind, tuple(values.tolist())))
            columns.append(codes)
    try:
        space = SearchSpace(made)
    except ValueError as error:
        raise ConfigError(f"supernet.parameters: {error}") from error
    return space, np.stack(columns, axis=1).astype(np.int16)


def _population(path: Path, space: SearchSpace, table: pd.DataFrame) -> Indices:
    try:
        return read_population(space, table)
    except ValueError as error:
        raise ConfigError(f"supernet.table: {path}: {error}") from error
