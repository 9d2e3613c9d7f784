import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archfront.core import population_table as tables
from archfront.core.files import read_table, write_table
from archfront.core.space import ElasticParameter, SearchSpace
from archfront.supernets.convolutional.inverted_residual import search_space
from archfront.supernets.convolutional.mobilenetv3 import geometry

SPACE = search_space(geometry(1.0))
POPULATION = SPACE.sample(50, 1)


def through_csv(table, folder):
    write_table(folder / "table.csv", table)
    return read_table(folder / "table.csv")


def test_a_population_survives_its_csv(tmp_path):
    table = through_csv(tables.with_digests(SPACE, POPULATION), tmp_path)
    assert (
        SPACE.canonical(tables.read_population(SPACE, table)) == SPACE.canonical(POPULATION)
    ).all()
    assert table["digest"].tolist() == SPACE.digests(POPULATION)
    assert (table["ks_3"].notna() == (table["d_0"] == 4)).all()


ODD_TEXTS = ["None", "nan", "NA", "16", "016", "1e5", "inf", "-0", "1_000", "0x10", "a,b", '"', "²"]
VALUE = (
    st.integers(-(2**62), 2**62)
    | st.floats(-1e18, 1e18)
    | st.sampled_from([1 / 3, 2 / 3, 0.1 + 0.2, -0.0, 1e-300])
    | st.sampled_from(ODD_TEXTS)
    | st.text()
)


@given(st.lists(VALUE, min_size=1, max_size=4), st.randoms())
def test_every_value_comes_back_from_a_table_or_its_space_is_refused(
    tmp_path_factory, values, random
):
    depth, width = ElasticParameter("d", (1, 2)), ElasticParameter("w", tuple(values), 0, 2)
    try:
        space = SearchSpace([depth, width, ElasticParameter("e", tuple(values))])
    except ValueError:
        return
    every = np.array([(d, w, e) for d in range(2) for w in range(len(values)) for e in {0, w}])
    rows = every[sorted(random.sample(range(len(every)), random.randint(1, len(every))))]
    table = tables.with_digests(space, rows)
    for _ in range(2):  # an archive is read and written again
        table = through_csv(table, tmp_path_factory.getbasetemp())
        again = tables.read_population(space, table)
        assert space.decode(again) == space.decode(rows)
        assert space.digests(again) == table["digest"].tolist()


@pytest.mark.parametrize(
    "values",
    [
        (1 / 3, 2 / 3, 1.0),
        ("None", "relu", "swish"),
        ("16", "32"),
        (False, True),
        (12345678901, 12345678912),
        ("auto", 0.5, 1),
        ("auto", True, False),
        tuple(set(ODD_TEXTS) - {"016"}),
    ],
)
def test_usual_values_come_back_from_a_table(tmp_path, values):
    depth, width = ElasticParameter("d", (1, 2)), ElasticParameter("w", values, 0, 2)
    space = SearchSpace([depth, width])
    rows = np.array([(1, w) for w in range(len(values))] + [(0, 0)])
    table = through_csv(tables.with_digests(space, rows), tmp_path)
    for one in (table, table[:1], table[-1:]):
        own = through_csv(one, tmp_path)
        configurations = space.decode(tables.read_population(space, own))
        assert configurations == [c for c in space.decode(rows) if c in configurations]
        assert len(configurations) == len(own)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((0.33333333331, 0.33333333332), "must differ within 10 significant digits: .*'w'"),
        (("16", 16), "must differ within 10"),
        (("016", "16"), "must differ within 10"),
        (("relu", ""), "'w' has the value ''; allowed: numbers below 2.63, and printable texts"),
        (("relu", " tanh"), "'w' has the value ' tanh'"),
        (("relu", "a\rb"), "'w' has the value"),
        (("true", "maybe"), "'w' has the value 'true'; .* except true and false"),
        ((float("nan"), 1.0), "'w' has the value nan"),
        ((1, 2**63), "'w' has the value 9223372036854775808"),
        ((None, 1), "'w' has the value None"),
        (((1, 2), (3, 4)), r"'w' has the value \(1, 2\)"),
    ],
)
def test_values_that_cannot_come_back_are_refused_before_work(values, message):
    with pytest.raises(ValueError, match=message):
        SearchSpace([ElasticParameter("w", values)])


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
