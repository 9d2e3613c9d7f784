import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import own
import pytest
from hypothesis import given
from hypothesis import strategies as st
from instant import Instant

from archfront.core.archive import concatenated
from archfront.core.files import write_table
from archfront.core.hardware import processor_identity, processor_model
from archfront.core.objective import OBJECTIVES
from archfront.core.platform import Platform
from archfront.core.supernet import Reading
from archfront.measurement.measure import measure, measurement_of
from archfront.measurement.store import MeasurementStore
from archfront.measurement.store_maintenance import adopt, export_store, import_store


def test_a_plug_in_that_changes_the_folder_moves_no_measurement(tmp_path, monkeypatch):
    network = own.Wandering()
    monkeypatch.chdir(tmp_path)
    store = MeasurementStore("store")
    table = measure(network, OBJECTIVES["top1"], network.space.sample(4, 1), None, {}, store)
    assert Path.cwd() == tmp_path and table["value"].notna().all()
    assert len(MeasurementStore("store").measurements()) == 4


class Troubled(Instant):
    """One sub-network, the second that is asked for, does not come to an end in a usual way."""

    def __init__(self, trouble):
        super().__init__()
        self.trouble, self.asked = trouble, 0

    def measure(self, objective, configurations, platform, settings):
        for configuration in configurations:
            self.asked += 1
            if self.asked == 2:
                self.trouble()
            yield from super().measure(objective, [configuration], platform, settings)


def memory_that_is_not_there():
    np.ones(2**60, np.uint8)


def sleep():
    time.sleep(60)


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (memory_that_is_not_there, "MemoryError: Unable to allocate"),
        (sleep, "TimeoutError: no answer within 0.3 seconds"),
    ],
)
def test_one_sub_network_in_trouble_is_set_aside_and_the_rest_goes_on(tmp_path, trouble, reason):
    network = Troubled(trouble)
    rows = network.space.sample(4, 1)
    store = MeasurementStore(tmp_path)
    began = time.monotonic()
    table = measure(network, OBJECTIVES["top1"], rows, None, {"time_limit": 0.3}, store, 1)
    assert time.monotonic() - began < 30
    assert table["value"].isna().tolist() == [False, True, False, False]
    assert table["reason"][1].startswith(reason)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("out of\rmemory", "OSError: out of memory"),
        ("  no\r\n\n file\tx\x00\x1b[0m", "OSError: no file x [0m"),
        ("no file \udcff", "OSError: no file"),
        ("x" * 5_000_000, "OSError: " + "x" * 987 + " ..."),
    ],
)
def test_a_reason_is_one_line_that_a_table_can_hold(tmp_path, told, reason):
    def trouble():
        raise OSError(told)

    network, store = Troubled(trouble), MeasurementStore(tmp_path)
    rows = network.space.sample(3, 1)
    write_table(tmp_path / "0.csv", measure(network, OBJECTIVES["top1"], rows, None, {}, store, 1))
    table = concatenated([tmp_path / "0.csv"])
    assert table["reason"].fillna("").tolist() == ["", reason, ""]
    assert [m.reason for m in store.measurements()] == ["", reason, ""]


@given(st.text())
def test_any_reason_is_printable(text):
    reason = measurement_of({}, Reading(None, reason=text)).reason
    assert reason.isprintable() and len(reason) <= 1000 and reason == reason.strip()
    assert measurement_of({}, Reading(None, reason=reason)).reason == reason


def test_a_clock_that_was_set_back_costs_no_negative_time(tmp_path):
    reading = Reading(1.0, started=100.0, finished=40.0)
    assert measurement_of({"objective": "top1"}, reading).seconds == 0


def test_a_platform_elsewhere_reads_what_was_measured_there_and_measures_nothing(
    tmp_path, monkeypatch
):
    """Here stands for the other machine first; then its export comes to a laptop."""
    network, latency = Instant(), OBJECTIVES["latency"]
    rows = network.space.sample(5, 1)
    there = MeasurementStore(tmp_path / "there")
    measured = measure(network, latency, rows, Platform("here"), {}, there)
    export_store(there, tmp_path / "export.jsonl")
    laptop = MeasurementStore(tmp_path / "laptop")
    import_store(laptop, tmp_path / "export.jsonl")
    model = processor_identity()
    for name in ("processor_model", "processor_identity"):
        monkeypatch.setattr(f"archfront.core.platform.{name}", lambda: "A Laptop")
    far = Platform("far", threads=1, model=model)
    far.check()
    assert measure(network, latency, rows, far, {}, laptop).equals(measured)
    more = network.space.sample(7, 1)
    message = r"platforms\.far\.model = .*this host has 'A Laptop', and 2 of 7 measurements"
    with pytest.raises(ValueError, match=message):
        measure(network, latency, more, far, {}, laptop)
    assert len(laptop.measurements()) == 5


def former(store, name):
    """A store with the measurements of another, under the model name of the processor alone."""
    older = MeasurementStore(store.folder.with_name("older"))
    for one in store.measurements():
        key = one.key | {"platform": one.key["platform"] | {"processor": name}}
        older.append(replace(one, key=key))
    return older


def test_measurements_under_a_mere_model_name_are_offered_and_adopted(tmp_path, capsys):
    network, latency, here = Instant(), OBJECTIVES["latency"], Platform("here")
    rows = network.space.sample(5, 1)
    taken = measure(network, latency, rows, here, {}, MeasurementStore(tmp_path / "new"))
    older = former(MeasurementStore(tmp_path / "new"), processor_model())
    stated = Platform("stated", model=processor_model())
    assert measure(network, latency, rows, stated, {}, older).equals(taken)
    assert len(older.measurements()) == 5  # the model that the config names is what was measured
    capsys.readouterr()
    measure(network, latency, rows[:1], here, {}, older)
    assert "1 of 1 are in the store under the name" in capsys.readouterr().err
    assert adopt(older) == 4 and adopt(older) == 0  # the fifth has been measured meanwhile
    again = MeasurementStore(older.folder)
    assert measure(network, latency, rows, here, {}, again)["value"].equals(taken["value"])
    assert len(again.measurements()) == 10 and not again.damaged_lines


def test_nothing_of_another_machine_is_adopted(tmp_path):
    network, latency = Instant(), OBJECTIVES["latency"]
    rows = network.space.sample(5, 1)
    measure(network, latency, rows, Platform("here"), {}, MeasurementStore(tmp_path / "new"))
    older = former(MeasurementStore(tmp_path / "new"), "Another Processor")
    assert adopt(older) == 0 and adopt(older, "Another Processor") == 5
    measure(network, OBJECTIVES["top1"], rows, None, {}, older)
    assert adopt(older) == 0
