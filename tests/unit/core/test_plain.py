import json
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from archfront.core.plain import PluginError, number, plain

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
REAL = arrays.integer_dtypes() | arrays.unsigned_integer_dtypes() | arrays.floating_dtypes()


@given(JSON)
def test_a_json_value_stays_as_it_is(value):
    assert plain(value, "it") == value


@given(REAL.flatmap(lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0))))
def test_numbers_of_numpy_become_plain_numbers(value):
    told = plain(value, "it")
    assert np.array_equal(told, value, equal_nan=True)
    assert json.loads(json.dumps(told)) is not None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (np.float32(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.uint8(200), 200),
        (np.array([2.5]), 2.5),
        (torch.tensor(0.5, dtype=torch.bfloat16), 0.5),
        (torch.tensor([7]), 7),
        (Decimal("0.25"), 0.25),
        (Fraction(1, 4), 0.25),
    ],
)
def test_what_is_a_number_is_a_number(given, told):
    found = number(given, "it")
    assert found == told and type(found) is type(told)


@pytest.mark.parametrize(
    "given",
    [
        *(True, np.True_, np.array(True), torch.tensor(True)),
        *(1j, np.complex128(1 + 2j), torch.tensor(1 + 2j)),
        *("5", b"5", np.str_("5"), None, [1.0], {}, object(), date(2026, 1, 1)),
        *(np.datetime64("2026-01-01T00:00:00", "ns"), np.timedelta64(5, "ns")),
        *(np.array([1.0, 2.0]), np.array([]), torch.tensor([1.0, 2.0]), np.array([1.0], object)),
        *(10**400, np.array(["5"])),
    ],
)
def test_what_is_no_number_is_refused_by_name(given):
    with pytest.raises(PluginError, match=r"^the spread is .* \(\w+\); allowed: a number$"):
        number(given, "the spread")


def test_a_place_within_a_value_is_named():
    assert plain({"a": (np.int8(1), np.bool_(True))}, "it") == {"a": [1, True]}
    with pytest.raises(PluginError, match=r"it\['a'\]\[1\] is .*object.*; allowed: a number, a te"):
        plain({"a": [1, object()]}, "it")
    with pytest.raises(PluginError, match=r"(?s)^it is .*\(DataFrame\); allowed: a number, a text"):
        plain(pd.DataFrame({"a": [1]}), "it")
    with pytest.raises(PluginError, match=r"a name in it is 5 \(int\); allowed: a text"):
        plain({5: 1}, "it")
