from dataclasses import replace

import numpy as np
import pytest
from helpers.stores import key
from instant import Instant

from archfront.core.objective import OBJECTIVES
from archfront.core.plain import PluginError
from archfront.core.supernet import Reading
from archfront.measurement import per_example
from archfront.measurement.measure import measure
from archfront.measurement.per_example import keep, path_of, records_of, reference
from archfront.measurement.store import Measurement, MeasurementStore
from archfront.measurement.store_maintenance import compact, damages, export_store, import_store

RECORDS = {"right": np.array([True, False, True]), "kl": np.array([0.5, 1, 2], np.float16)}


def stored(folder, records=RECORDS, number=1):
    """A store with one measurement with these records."""
    store = MeasurementStore(folder)
    detail = {"per_example": keep(folder, records)}
    store.append(Measurement(key(number), 66.6, finished=1e9, detail=detail))
    return store


def test_records_come_back_as_they_were_written(tmp_path):
    store = stored(tmp_path)
    (measurement,) = store.measurements()
    assert measurement.detail["per_example"]["examples"] == [0, 3]
    found = records_of(tmp_path, measurement)
    assert found.keys() == RECORDS.keys()
    assert all(np.array_equal(found[name], RECORDS[name]) for name in found)
    assert found["kl"].dtype == np.float16 and found["right"].dtype == bool
    assert records_of(tmp_path, replace(measurement, detail={})) is None


def test_equal_records_are_one_file_with_the_same_bytes(tmp_path):
    first, second = keep(tmp_path / "a", RECORDS), keep(tmp_path / "b", dict(RECORDS))
    assert first == second and keep(tmp_path / "a", RECORDS) == first
    assert len([*tmp_path.rglob("*.npz")]) == 2


@pytest.mark.parametrize("harm", ["missing", "changed", "cut"])
def test_damaged_records_are_found_and_named(tmp_path, harm):
    (measurement,) = stored(tmp_path).measurements()
    path = path_of(tmp_path, reference(measurement))
    if harm == "missing":
        path.unlink()
    else:
        content = path.read_bytes()
        path.write_bytes(content[:-9] if harm == "cut" else content[:-1] + b"x")
    with pytest.raises(ValueError, match=str(path)):
        records_of(tmp_path, measurement)
    (told,) = damages(MeasurementStore(tmp_path))
    assert told.startswith(str(path))


def test_export_import_and_compact_carry_the_records(tmp_path):
    store = stored(tmp_path / "here")
    assert export_store(store, tmp_path / "all.jsonl") == 1
    there = MeasurementStore(tmp_path / "there")
    assert import_store(there, tmp_path / "all.jsonl") == (1, [])
    assert import_store(there, tmp_path / "all.jsonl") == (0, [])
    stored(tmp_path / "there", {"right": np.ones(2, bool)}, 2)
    compact(there)
    assert damages(there) == [] and len(there.measurements()) == 2
    found = {m.key["configuration"]["d"][0]: records_of(there.folder, m) for m in
             there.measurements()}  # fmt: skip
    assert np.array_equal(found[1]["kl"], RECORDS["kl"]) and len(found[2]["right"]) == 2


def test_an_export_without_a_damaged_file_is_still_an_export(tmp_path, capsys):
    store = stored(tmp_path / "here")
    (measurement,) = store.measurements()
    path_of(store.folder, reference(measurement)).unlink()
    assert export_store(store, tmp_path / "all.jsonl") == 1
    assert "No such file" in capsys.readouterr().err


class Telling(Instant):
    """Says what each of its three examples gave."""

    records = RECORDS

    def measure(self, objective, configurations, platform, settings):
        for value in super().measure(objective, configurations, platform, settings):
            yield Reading(value, records=self.records)


def test_what_a_super_network_tells_of_each_example_is_kept(tmp_path):
    network, store = Telling(), MeasurementStore(tmp_path)
    measure(network, OBJECTIVES["top1"], network.space.sample(3, 1), None, {}, store)
    for one in store.measurements():
        assert np.array_equal(records_of(tmp_path, one)["right"], RECORDS["right"])
    # Equal records are one file.
    assert len([*(tmp_path / per_example.FOLDER).rglob("*.npz")]) == 1


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([1], "a dict of arrays"),
        ({"right": "yes"}, "'right' of the records .*an array of numbers"),
        ({"right": 1.0}, "'right' of the records .*an array of numbers"),
        ({"right": [1], "kl": [1, 2]}, "numbers of examples .*one number above 0"),
        ({"right": []}, "numbers of examples .*one number above 0"),
    ],
)
def test_wrong_records_are_refused(tmp_path, records, message):
    network, store = Telling(), MeasurementStore(tmp_path)
    network.records = records
    with pytest.raises(PluginError, match=message):
        measure(network, OBJECTIVES["top1"], network.space.sample(3, 1), None, {}, store)
