"""Populations as tables.

A table has one column of values per elastic parameter (``ks_0`` ...), blank where the parameter is
inactive. The column ``digest`` is the identity of the sub-network.
"""

import numpy as np
import pandas as pd

from archfront.core.space import INACTIVE, SearchSpace, cell
from archfront.core.types import Indices, Value


def population_table(space: SearchSpace, population: Indices) -> pd.DataFrame:
    """One column of values per elastic parameter, blank where inactive."""
    canonical = space.canonical(population)
    columns = {}
    for column, (name, parameter) in enumerate(zip(space.names, space.parameters, strict=True)):
        entries = canonical[:, column]
        plain = [int(v) if isinstance(v, bool) else v for v in parameter.values]
        values = pd.Series(np.array(plain)[entries])
        whole = all(isinstance(v, int) for v in parameter.values)
        values = values.astype("Int64") if whole else values
        columns[name] = values.where(entries != INACTIVE)
    return pd.DataFrame(columns)


def read_population(space: SearchSpace, table: pd.DataFrame) -> Indices:
    """The population in a table's parameter columns: int16 ``n x p``.

    A cell stands for a value of the parameter, in the full precision of the space. A missing
    column, an illegal value, or a blank where the parameter is active raises ValueError that names
    the place.
    """
    population = np.full((len(table), len(space)), INACTIVE, np.int16)
    for column, (name, parameter) in enumerate(zip(space.names, space.parameters, strict=True)):
        if name not in table:
            raise ValueError(f"the table lacks the column {name!r}")
        codes, known = pd.factorize(table[name])  # the code of a blank is -1
        indices = [parameter.cells.get(cell(value), INACTIVE) for value in known]
        population[:, column] = np.array([*indices, INACTIVE])[codes]
        illegal = population[:, column] == INACTIVE
        if parameter.controller is not None:
            illegal &= codes >= 0
        for row in np.flatnonzero(illegal).tolist():
            raise ValueError(_illegal(row, name, table, parameter.values))
    for row, column in np.argwhere(space.refused(population)):
        values = space.permitted(population[row], column)
        raise ValueError(_illegal(row, space.names[column], table, values))
    return np.where(population == INACTIVE, 0, population).astype(np.int16)


def _illegal(row: int, name: str, table: pd.DataFrame, values: tuple[Value, ...]) -> str:
    return (
        f"row {row}: {name} = {table[name].iloc[row]} is not allowed; it may be one of "
        f"{list(values)}"
    )


def with_digests(space: SearchSpace, population: Indices) -> pd.DataFrame:
    """The population's table with ``digest`` as the first column. Measuring jobs read it."""
    table = population_table(space, population)
    table.insert(0, "digest", space.digests(population))
    return table


def labelled(table: pd.DataFrame, **labels: object) -> pd.DataFrame:
    """A copy of the table with the columns ``labels`` in front. A label is one value for all rows,
    or one value per row."""
    table = table.copy()
    for place, (name, value) in enumerate(labels.items()):
        table.insert(place, name, value)
    return table
