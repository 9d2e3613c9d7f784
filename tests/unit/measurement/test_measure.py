import subprocess
import sys
import time
from itertools import count

import numpy as np
import own
import pytest
from instant import Instant

from archfront.core import platform
from archfront.core.consistency import ChangedMeanwhile
from archfront.core.hardware import processor_identity
from archfront.core.objective import OBJECTIVES
from archfront.core.platform import Platform
from archfront.core.supernet import Reading
from archfront.measurement.measure import PluginError, key_of, measure
from archfront.measurement.store import MeasurementStore
from archfront.supernets.embedded.vision import EmbeddedMobileNetV3, EmbeddedResNet


@pytest.fixture(scope="module", params=[EmbeddedMobileNetV3, EmbeddedResNet])
def supernet(request):
    return request.param()


FOUND = """
import sys
from archfront import MeasurementStore, OBJECTIVES, measure, supernet
from archfront.measurement.measure import key_of
from archfront.measurement.store import Measurement

network = supernet(sys.argv[1])
population = network.space.sample(3, 1)
settings = {"validation_images": 300, "calibration_images": 200, "validation_device": "cpu"}
store = MeasurementStore(sys.argv[2])
for configuration in network.space.decode(population):
    key = key_of(network, OBJECTIVES["top1"], configuration, None, settings)
    store.append(Measurement(key, 50.0))
print(measure(network, OBJECTIVES["top1"], population, None, settings, store)["value"].tolist())
assert "torch" not in sys.modules
"""


def test_a_job_that_finds_everything_in_the_store_never_imports_torch(supernet, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FOUND, supernet.name, tmp_path], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[50.0, 50.0, 50.0]\n"


PLATFORM = Platform("here", threads=1, batch_size=2)


def taken(log):
    return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.setenv("INSTANT_LOG", str(tmp_path / "log"))
    return tmp_path / "log"


def run(store, objective="top1", rows=6, platform=None, **more):
    supernet = Instant()
    population = supernet.space.sample(rows, 1)
    known = OBJECTIVES[objective]
    return measure(supernet, known, population, platform, {}, MeasurementStore(store), **more)


def test_a_measurement_is_never_taken_twice(tmp_path, log):
    first = run(tmp_path / "store")
    assert len(taken(log)) == 6 and first["value"].notna().all()
    again = run(tmp_path / "store", rows=8)
    assert len(taken(log)) == 8
    assert again[:6].equals(first)


def test_progress_names_the_time_that_is_left(tmp_path, monkeypatch, capsys):
    """By a clock that goes on by a second per sub-network."""
    monkeypatch.setattr(time, "monotonic", count().__next__)
    run(tmp_path / "store", rows=3)
    told = [line for line in capsys.readouterr().err.splitlines() if "measured," in line]
    assert [line.partition(": ")[2] for line in told] == [
        "1 of 3 measured, 2 s left",
        "2 of 3 measured, 1 s left",
        "3 of 3 measured, 0 s left",
    ]


def test_equal_rows_are_measured_once(tmp_path, log):
    supernet = Instant()
    population = supernet.space.sample(1, 1).repeat(3, axis=0)
    hidden = population + ~supernet.space.active(population)
    population[1] = hidden[1] % supernet.space.cardinalities
    results = measure(
        supernet, OBJECTIVES["top1"], population, None, {}, MeasurementStore(tmp_path / "store")
    )
    assert len(taken(log)) == 1 and results["value"].nunique() == 1


def test_latency_belongs_to_the_platforms_settings_and_not_to_its_name(tmp_path, log):
    store = tmp_path / "store"
    run(store, "latency", platform=PLATFORM)
    run(store, "latency", platform=Platform("renamed", threads=1, batch_size=2))
    assert len(taken(log)) == 6
    run(store, "latency", platform=Platform("other", threads=1, batch_size=4))
    assert len(taken(log)) == 12


def test_a_nan_is_tried_again_then_set_aside_with_its_reason(tmp_path, log, monkeypatch):
    supernet = Instant()
    broken = supernet.space.digests(supernet.space.sample(6, 1))[2]
    monkeypatch.setenv("INSTANT_FAIL", broken)
    results = run(tmp_path / "store", attempts=3)
    assert np.isnan(results["value"][2]) and results["value"].notna().sum() == 5
    assert results["reason"][2] == "the value was nan"
    assert taken(log).count(f"top1 {broken}") == 3
    monkeypatch.delenv("INSTANT_FAIL")
    assert run(tmp_path / "store")["value"].notna().all()


class Huge(Instant):
    """Measures a value that is too large to compute with, except for its third sub-network."""

    def measure(self, objective, configurations, platform, settings):
        (usual,) = self.space.decode(self.space.sample(3, 1)[2:])
        yield from (70.0 if configuration == usual else 1e308 for configuration in configurations)


def test_a_value_that_is_too_large_to_compute_with_is_a_failure(tmp_path):
    population = Huge().space.sample(3, 1)
    store = MeasurementStore(tmp_path)
    results = measure(Huge(), OBJECTIVES["top1"], population, None, {}, store)
    assert results["value"].isna().tolist() == [True, True, False]
    assert results["reason"].tolist()[:2] == ["the value was 1e+308"] * 2


class Breaking(Instant):
    """Cannot measure its third sub-network."""

    def measure(self, objective, configurations, platform, settings):
        bad = self.space.decode(self.space.sample(6, 1))[2]
        for configuration in configurations:
            if configuration == bad:
                raise MemoryError("too large")
            yield from super().measure(objective, [configuration], platform, settings)


def test_an_exception_sets_aside_that_sub_network_and_the_rest_goes_on(tmp_path, log):
    supernet = Breaking()
    population = supernet.space.sample(6, 1)
    store = MeasurementStore(tmp_path / "store")
    results = measure(supernet, OBJECTIVES["top1"], population, None, {}, store)
    assert results["value"].isna().tolist() == [False, False, True, False, False, False]
    assert results["reason"][2] == "MemoryError: too large"
    assert len(taken(log)) == 5


class Broken(Instant):
    def measure(self, *arguments):
        raise OSError("no such checkpoint")


def test_where_everything_fails_the_job_fails_but_one_alone_is_set_aside(tmp_path):
    supernet, store = Broken(), MeasurementStore(tmp_path / "store")
    population = supernet.space.sample(3, 1)
    with pytest.raises(RuntimeError, match="every measurement failed; the last one: OSError: no"):
        measure(supernet, OBJECTIVES["top1"], population, None, {}, store)
    alone = measure(supernet, OBJECTIVES["top1"], population[:1], None, {}, store)
    assert alone["reason"].tolist() == ["OSError: no such checkpoint"]


class BrokenElsewhere(Broken):
    def digest(self):
        return "other weights"


def test_where_others_succeeded_before_all_are_set_aside(tmp_path, capsys):
    """A value of other weights does not count."""
    store, top1 = MeasurementStore(tmp_path), OBJECTIVES["top1"]
    first, *others = np.split(Instant().space.sample(6, 1), [1])
    measure(Instant(), top1, first, None, {}, store)
    told = measure(Broken(), top1, *others, None, {}, store)
    assert told["reason"].tolist() == ["OSError: no such checkpoint"] * 5
    assert "every measurement failed; the last one: OSError" in capsys.readouterr().err
    with pytest.raises(RuntimeError, match="every measurement failed"):
        measure(BrokenElsewhere(), top1, *others, None, {}, store)


def test_nothing_to_measure_is_an_empty_table(tmp_path):
    supernet = Instant()
    none = supernet.space.sample(1, 1)[:0]
    results = measure(supernet, OBJECTIVES["top1"], none, None, {}, MeasurementStore(tmp_path))
    columns = ["objective", "digest", "value", "spread", "reason", "seconds"]
    assert results.empty and list(results) == columns


def test_what_is_found_says_how_long_it_took(tmp_path, log, monkeypatch):
    monkeypatch.setenv("INSTANT_SECONDS", "0.02")
    first = run(tmp_path / "store")
    monkeypatch.delenv("INSTANT_SECONDS")
    assert (first["seconds"] >= 0.02).all() and len(taken(log)) == 6
    assert run(tmp_path / "store")["seconds"].tolist() == first["seconds"].tolist()


class Forgetful(Instant):
    def measure(self, *arguments):
        yield from list(super().measure(*arguments))[:-1]


def test_a_plug_in_that_forgets_a_row_is_told_so(tmp_path, monkeypatch):
    supernet = Forgetful()
    population = supernet.space.sample(4, 1)
    with pytest.raises(PluginError, match="gave only 3 values for 4 configurations"):
        measure(
            supernet, OBJECTIVES["top1"], population, None, {}, MeasurementStore(tmp_path / "store")
        )
    # What it did answer is not lost.
    assert len(MeasurementStore(tmp_path / "store").measurements()) == 3


class Talkative(Instant):
    def measure(self, *arguments):
        yield from [*super().measure(*arguments), 1.0]


class Wordy(Instant):
    def measure(self, *arguments):
        yield "fast"


class Backwards(Instant):
    def measure(self, objective, configurations, platform, settings):
        for configuration in reversed(configurations):
            yield Reading(1.0, configuration=configuration)


@pytest.mark.parametrize(
    ("plugin", "message"),
    [
        (Talkative, "Talkative: measuring 'top1' gave more values for 4 configurations"),
        (Wordy, r"measure\(\) yielded for .* is 'fast' \(str\); allowed: a number, a Reading"),
        (Backwards, "yielded a reading of .* where it was the turn of .* in the order"),
    ],
)
def test_wrong_answers_of_a_plug_in_are_told_to_its_author(plugin, message, tmp_path):
    supernet = plugin()
    population = supernet.space.sample(4, 1)
    with pytest.raises(PluginError, match=message):
        measure(supernet, OBJECTIVES["top1"], population, None, {}, MeasurementStore(tmp_path))


def test_objectives_of_one_name_from_two_plug_ins_are_two_things():
    class Other(own.Energy):
        pass

    supernet = Instant()
    (configuration,) = supernet.space.decode(supernet.space.sample(1, 1))
    one = key_of(supernet, own.energy, configuration, PLATFORM, {})
    other = key_of(supernet, Other(**vars(own.energy)), configuration, PLATFORM, {})
    assert one["measured_by"] == "own.Energy" and one != other


def test_the_key_is_everything_that_the_value_depends_on(monkeypatch):
    supernet = Instant()
    (configuration,) = supernet.space.decode(supernet.space.sample(1, 1))
    quality = key_of(supernet, OBJECTIVES["top1"], configuration, PLATFORM, {})
    latency = key_of(supernet, OBJECTIVES["latency"], configuration, PLATFORM, {})
    assert set(quality) == {"objective", "protocol", "supernet", "configuration"}
    assert latency["platform"]["batch_size"] == 2 and "name" not in latency["platform"]
    assert latency["platform"]["processor"] == processor_identity()
    monkeypatch.setattr(platform, "processor_identity", lambda: "another")
    other = key_of(supernet, OBJECTIVES["latency"], configuration, PLATFORM, {})
    assert other != latency
    assert key_of(supernet, OBJECTIVES["top1"], configuration, PLATFORM, {}) == quality


class Relative(Instant):
    """Its latencies are relative to its first sub-network's."""

    def latency_reference(self):
        return self.space.decode(self.space.extremes()[:1])[0]

    def measure(self, objective, configurations, platform, settings):
        for value in super().measure(objective, configurations, platform, settings):
            yield value if settings["reference"] is None else value / settings["reference"]


def test_the_reference_network_is_measured_once_per_platform(tmp_path, log):
    network, latency = Relative(), OBJECTIVES["latency"]
    rows = network.space.sample(4, 1)
    reference = network.space.digests(network.space.extremes()[:1])[0]
    for number in (2, 4, 4):
        store = MeasurementStore(tmp_path / "store")
        values = measure(network, latency, rows[:number], PLATFORM, {}, store)["value"]
    assert taken(log).count(f"latency {reference}") == 1 and len(taken(log)) == 5
    alone = next(iter(network.measure("latency", [network.latency_reference()], PLATFORM,
                                      {"reference": None})))  # fmt: skip
    plain = Instant().measure("latency", network.space.decode(rows), PLATFORM, {})
    assert values.tolist() == pytest.approx([value / alone for value in plain])
    other = Platform("other", batch_size=4)
    measure(network, latency, rows[:1], other, {}, MeasurementStore(tmp_path / "store"))
    assert "latency_reference" in set(MeasurementStore(tmp_path / "store").table()["objective"])
    kinds = [m.key["objective"] for m in MeasurementStore(tmp_path / "store").measurements()]
    assert kinds.count("latency_reference") == 2 and kinds.count("latency") == 5


class Swapped(Instant):
    """Its weights are replaced while the third sub-network is measured."""

    weights = "before"

    def digest(self):
        return self.weights

    def measure(self, *asked):
        for number, value in enumerate(super().measure(*asked)):
            self.weights = "before" if number < 2 else "after"
            yield value


def test_weights_that_are_replaced_meanwhile_end_the_measuring_and_mislabel_nothing(tmp_path):
    supernet, store = Swapped(), MeasurementStore(tmp_path / "store")
    population = supernet.space.sample(6, 1)
    with pytest.raises(ChangedMeanwhile, match=r"supernet was 'before' and is 'after'.*again"):
        measure(supernet, OBJECTIVES["top1"], population, None, {}, store)
    assert [m.key["supernet"] for m in store.measurements()] == ["before"] * 2
