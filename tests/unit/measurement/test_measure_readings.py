"""A plug-in may yield a number or a reading, which is stored as it is; all else is refused."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from instant import Instant

from archfront.core.objective import OBJECTIVES
from archfront.core.space import ElasticParameter, SearchSpace
from archfront.core.supernet import Reading
from archfront.measurement.measure import PluginError, measure, reading_of
from archfront.measurement.store import MeasurementStore

FINITE = st.floats(-(2.0**99), 2.0**99, width=32)
REAL = (
    st.integers(-(2**31), 2**31)
    | FINITE
    | FINITE.map(np.float32)
    | FINITE.map(np.float64)
    | FINITE.map(lambda value: torch.tensor(value, dtype=torch.float64))
    | st.integers(0, 255).map(np.uint8)
    | FINITE.map(np.array)
)
NO_NUMBER = st.sampled_from(
    [
        *(True, np.True_, torch.tensor(False), 1j, np.complex128(1 + 2j), "wide", b"5", [1.0], {}),
        *(object(), np.array([1.0, 2.0]), np.datetime64("2026-01-01")),
    ]
)
DETAIL = st.dictionaries(st.text(), REAL | st.text() | st.none() | st.booleans())


@given(REAL, REAL | st.none(), REAL, REAL, DETAIL, st.text())
def test_a_reading_of_numbers_is_a_reading_of_plain_numbers(
    value, spread, started, finished, detail, reason
):
    given = Reading(value, spread, reason, started, finished, detail)
    told = reading_of(given, {}, 0.0)
    assert (told.value, told.spread) == (value, spread) and told.detail == detail
    assert (told.started, told.finished) == (started, finished)
    assert json.loads(json.dumps(vars(told))) == vars(told)
    assert reading_of(value, {}, 0.0).value == value


@given(NO_NUMBER, st.sampled_from(["value", "spread", "started", "finished"]))
def test_a_field_that_is_no_number_is_refused_by_its_name(wrong, field):
    given = Reading(**{"value": 1.0, field: wrong})
    message = rf"^{field} of the Reading that measure\(\) yielded for \{{'w': \[8\]\}} is .*allowed"
    with pytest.raises(PluginError, match=message):
        reading_of(given, {"w": [8]}, 0.0)


@given(NO_NUMBER)
def test_an_answer_that_is_no_number_is_refused(wrong):
    with pytest.raises(PluginError, match=r"yielded for \{\} is .*; allowed: a number, a Reading"):
        reading_of(wrong, {}, 0.0)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("started", None),
        ("finished", np.nan),
        ("reason", None),
        ("reason", b"no"),
        ("detail", None),
        ("detail", [1]),
        ("detail", {"runs": object()}),
        ("detail", {"sum": np.complex64(1j)}),
        ("detail", {"together": 0}),
        ("detail", {"together": "two"}),
    ],
)
def test_another_field_that_is_wrong_is_refused_before_anything_is_stored(tmp_path, field, wrong):
    class Wrong(Instant):
        def measure(self, objective, configurations, platform, settings):
            for _ in configurations:
                yield Reading(**{"value": 1.0, field: wrong})

    supernet, store = Wrong(), MeasurementStore(tmp_path)
    rows = supernet.space.sample(2, 1)
    with pytest.raises(PluginError, match=rf"^{field}.* of the Reading"):
        measure(supernet, OBJECTIVES["top1"], rows, None, {}, store)
    assert store.measurements() == []


class Numpy(Instant):
    """Speaks in numbers of numpy and torch wherever it can."""

    def __init__(self):
        values = tuple(np.arange(16, 65, 16))
        depth = ElasticParameter("d", tuple(torch.tensor([1, 2])))
        followers = [
            ElasticParameter("w", values, 0, torch.tensor(n), follows=values[:2]) for n in (1, 2)
        ]
        free = [ElasticParameter("e", tuple(np.float64([0.5, 1])), 0, np.int8(2))]
        self.space = SearchSpace([depth, *followers, *free])

    def context(self, objective, settings):
        return {"images": np.int64(5), "mean": np.float32([0.5, 0.25]), "sure": np.True_}

    def measure(self, objective, configurations, platform, settings):
        for _ in configurations:
            yield Reading(np.float32(1.5), torch.tensor(0.5), detail={"runs": np.arange(2)})


def test_numbers_of_numpy_and_torch_are_measured_once(tmp_path):
    supernet, store = Numpy(), MeasurementStore(tmp_path)
    rows = supernet.space.sample(2, 1)
    for _ in range(2):
        table = measure(supernet, OBJECTIVES["top1"], rows, None, {}, store)
    assert table["value"].tolist() == [1.5, 1.5] and table["spread"].tolist() == [0.5, 0.5]
    taken = store.measurements()
    assert [m.detail for m in taken] == [{"runs": [0, 1]}] * 2
    told = {name: taken[0].key[name] for name in ("images", "mean", "sure")}
    assert told == {"images": 5, "mean": [0.5, 0.25], "sure": True}
    assert {type(v) for p in supernet.space.parameters for v in p.values} == {int, float}


@pytest.mark.parametrize("wrong", [None, {"data": object()}, {"data": {1, 2}}, {5: 1}])
def test_facts_that_are_no_json_are_refused_before_anything_is_measured(tmp_path, wrong):
    class Wrong(Instant):
        def context(self, objective, settings):
            return wrong

        def measure(self, *arguments):
            raise AssertionError("was asked")

    supernet = Wrong()
    rows = supernet.space.sample(2, 1)
    with pytest.raises(PluginError, match=r"Wrong: context\('top1'\)"):
        measure(supernet, OBJECTIVES["top1"], rows, None, {}, MeasurementStore(tmp_path))
