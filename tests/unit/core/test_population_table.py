import io

import numpy as np
import pandas as pd
import pytest

from archfront.core import population_table as tables
from archfront.supernets.convolutional.inverted_residual import search_space
from archfront.supernets.convolutional.mobilenetv3 import geometry

SPACE = search_space(geometry(1.0))
POPULATION = SPACE.sample(50, 1)


def through_csv(table):
    return pd.read_csv(io.StringIO(table.to_csv(index=False)))


def test_a_population_survives_its_csv():
    table = through_csv(tables.with_digests(SPACE, POPULATION))
    assert (
        SPACE.canonical(tables.read_population(SPACE, table)) == SPACE.canonical(POPULATION)
    ).all()
    assert table["digest"].tolist() == SPACE.digests(POPULATION)
    assert (table["ks_3"].notna() == (table["d_0"] == 4)).all()


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("ks_0", 4, r"row 7: ks_0 = 4(\.0)? is not allowed; it may be one of \[3, 5, 7\]"),
        ("ks_0", np.nan, "row 7: ks_0 = nan is not allowed"),
        ("d_2", np.nan, "row 7: d_2 = nan is not allowed"),
        ("e_1", "big", "row 7: e_1 = big is not allowed"),
    ],
)
def test_a_wrong_table_is_refused_with_the_place(column, value, message):
    table = tables.population_table(SPACE, POPULATION).astype(object)
    table.loc[7, column] = value
    with pytest.raises(ValueError, match=message):
        tables.read_population(SPACE, table)


def test_a_table_without_a_parameter_is_refused():
    table = tables.population_table(SPACE, POPULATION).drop(columns="e_0")
    with pytest.raises(ValueError, match="lacks the column 'e_0'"):
        tables.read_population(SPACE, table)
