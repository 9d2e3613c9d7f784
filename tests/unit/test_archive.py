import io

import numpy as np
import pandas as pd
import pytest
from instant import Instant

from archfront.core import archive as archives
from archfront.core import population_table as tables
from archfront.core.pareto import archive_costs
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


def chunk(digests, values):
    return pd.DataFrame(
        {"objective": "top1", "digest": digests, "value": values, "spread": 0.1, "reason": ""}
    )


def test_an_archive_grows_without_counting_twice_and_keeps_failures():
    supernet = Instant()
    space = supernet.space
    first = tables.with_digests(space, space.sample(4, 1))
    results = chunk(first["digest"], [70.0, 71.0, np.nan, 69.0])
    results.loc[2, "reason"] = "broken"
    archive = archives.archive(supernet, first, results, None, 0, ["macs", "model_size"])
    assert archive["macs"].tolist() == supernet.exact("macs", space.sample(4, 1)).tolist()
    assert archive["model_size"].tolist() == (0.4 * archive["macs"]).tolist()  # Instant's params
    assert archive["reason"].tolist() == ["", "", "top1: broken; ", ""]
    more = tables.with_digests(space, space.sample(6, 1)[3:])
    measured = chunk(more["digest"], [69.0, 68.0, 75.0])
    grown = archives.archive(supernet, more, measured, archive, 1, ["macs", "model_size"])
    assert grown["iteration"].tolist() == [0, 0, 0, 0, 1, 1]
    assert archive_costs(grown, ["top1"])[:, 0] == pytest.approx(
        [-70, -71, np.nan, -69, -68, -75], nan_ok=True
    )


def test_a_front_is_sorted_by_the_first_objective():
    table = pd.DataFrame(
        {"digest": list("abcd"), "top1": [70.0, 72.0, 71.0, np.nan], "macs": [1.0, 3.0, 3.5, 0.1]}
    )
    assert archives.front(table, ["top1", "macs"])["digest"].tolist() == ["b", "a"]
    table["macs"] = [1.0, 3.0, 2.0, 0.1]
    assert archives.front(table, ["top1", "macs"])["digest"].tolist() == ["b", "c", "a"]
    within = archives.front(table, ["top1", "macs"], {"macs": 2.0, "top1": 70.5})
    assert within["digest"].tolist() == ["c"]
