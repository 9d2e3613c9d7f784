"""Progress of a run, from files and a store that are written by hand."""

import numpy as np
import pandas as pd
import pytest
from instant import Instant

from archfront.config.experiment import validated
from archfront.config.layout import OnPlatform, Run, shared
from archfront.core.files import write_json, write_table
from archfront.core.population_table import with_digests
from archfront.measurement.store import Measurement, MeasurementStore
from archfront.runs.progress import newest_archive, progress, told

CONFIG = {
    "experiment": "small",
    "supernet": "instant:Instant",
    "platforms": {"single": {}, "batched": {"batch_size": 8}},
    "seeds": [1],
    "tactics": ["full", "concurrent"],
    "sampling": {"count": 12},
    "full": {"measured": 2},
    "learning_curve": {"rows": [7]},
    "concurrent": {"start": 4, "iterations": 3, "batch": 2},
    "popdb": {"enabled": False},
}
SETTINGS = validated(CONFIG)
SPACE = Instant().space
ROWS = SPACE.sample(20, 1)
LOOP, FULL = Run(1, "single", "concurrent"), Run(1, "single", "full")
START, SAMPLES = shared(1, "start"), shared(1, "samples")
ON = {"threads": 1, "device": "cpu", "precision": "fp32", "runtime": "channels_last"}


def population(folder, path, numbers):
    """The population of a batch: these rows of ``ROWS``."""
    write_table(folder / path, with_digests(SPACE, ROWS[list(numbers)]))


class Store:
    """A store of values for rows of ``ROWS``."""

    def __init__(self, folder):
        self.store = MeasurementStore(folder / "store")

    def take(self, objective, numbers, seconds=60.0, value=1.0, supernet="instant-1", **platform):
        for number in numbers:
            (configuration,) = SPACE.decode(ROWS[[number]])
            key = {"objective": objective, "protocol": 1, "supernet": supernet}
            key["configuration"] = configuration
            if platform:
                key["platform"] = ON | {"cores": None, "processor": "any"} | platform
            self.store.append(Measurement(key, value, finished=seconds))

    def row(self, folder, platform="single", tactic="concurrent"):
        table = progress(SETTINGS, folder, self.store.table())
        return table.set_index(["platform", "tactic"]).loc[(platform, tactic)]


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path)


def test_an_experiment_that_was_not_begun_has_a_row_per_run(tmp_path, store):
    table = progress(SETTINGS, tmp_path, store.store.table())
    assert table[["seed", "platform", "tactic"]].to_numpy().tolist() == [
        [1, "single", "full"],
        [1, "single", "concurrent"],
        [1, "batched", "full"],
        [1, "batched", "concurrent"],
    ]
    assert (table["state"] == "").all() and table["of"].tolist() == [1, 3, 1, 3]
    # 12 samples and 2 of the full search; 4 to start from and 3 batches of 2.
    assert table["planned"].tolist() == [14, 10, 14, 10]
    assert (table[["iteration", "validations", "failed"]] == 0).all(axis=None)
    assert table[["hypervolume", "minutes"]].isna().all(axis=None)


def test_a_sub_network_counts_when_all_objectives_are_measured(tmp_path, store):
    population(tmp_path, START.population, range(4))
    store.take("top1", [0, 1, 2])
    store.take("latency", [1, 2, 3], batch_size=1)
    store.take("latency", [0], batch_size=8)
    assert store.row(tmp_path)["validations"] == 2
    assert store.row(tmp_path, "batched")["validations"] == 1


def test_the_minutes_left_are_those_of_what_is_not_measured_yet(tmp_path, store):
    """The plan has 10 sub-networks. Left are 7 top-1 measurements at the median of 60 s, and 8
    latencies at 15 s."""
    population(tmp_path, START.population, range(4))
    for number, seconds in ((0, 30), (1, 60), (2, 600)):
        store.take("top1", [number], seconds)
    store.take("latency", [0, 1], 15, batch_size=1)
    assert store.row(tmp_path)["minutes"] == pytest.approx(7 * 60 / 60 + 8 * 15 / 60)
    assert np.isnan(store.row(tmp_path, "batched")["minutes"])


def test_a_failed_measurement_is_counted_as_failed_until_one_succeeds(tmp_path, store):
    population(tmp_path, START.population, range(4))
    store.take("latency", range(4), batch_size=1)
    store.take("top1", [0, 1])
    store.take("top1", [2, 3], value=None)
    row = store.row(tmp_path)
    assert row["validations"] == 2 and row["failed"] == 2
    assert row["minutes"] == pytest.approx(6 + 6)  # a failed one is not measured again
    store.take("top1", [3])
    row = store.row(tmp_path)
    assert row["validations"] == 3 and row["failed"] == 1


def test_the_measurements_of_other_weights_do_not_count(tmp_path, store):
    population(tmp_path, START.population, range(4))
    store.take("latency", range(4), batch_size=1)
    store.take("top1", range(4), supernet="instant-2")
    row = store.row(tmp_path)
    assert row["validations"] == 0 and np.isnan(row["minutes"])


@pytest.mark.parametrize(
    ("populations", "reasons", "state", "iteration"),
    [
        (0, [], "", 0),
        (1, [], "", 1),
        (1, [""], "", 1),
        (2, [""], "", 2),
        (3, [""], "", 2),  # the batch after an unfinished iteration only estimates a gain
        (2, ["", "limit"], "limit", 2),
        (3, ["", "stopped"], "stopped", 2),
        (4, ["", "", ""], "", 3),
    ],
)
def test_the_iteration_of_a_loop_is_its_newest(
    tmp_path, store, populations, reasons, state, iteration
):
    population(tmp_path, START.population, range(4))
    for number in range(1, populations + 1):
        population(tmp_path, LOOP.iteration(number).population, [2 + 2 * number, 3 + 2 * number])
    for number, reason in enumerate(reasons, 1):
        write_json(tmp_path / LOOP.iteration(number).verdict, {"reason": reason})
    store.take("top1", range(20))
    store.take("latency", range(20), batch_size=1)
    row = store.row(tmp_path)
    assert (row["state"], row["iteration"]) == (state, iteration)
    assert row["validations"] == 4 + 2 * min(populations, iteration)
    left = 0 if state else 10 - row["validations"]
    assert row["minutes"] == pytest.approx(2 * left)


def test_a_full_search_has_ended_when_its_archive_is_there(tmp_path, store):
    population(tmp_path, SAMPLES.population, range(12))
    store.take("top1", range(14))
    store.take("latency", range(14), batch_size=1)
    row = store.row(tmp_path, tactic="full")
    assert (row["state"], row["iteration"], row["validations"]) == ("", 0, 12)
    population(tmp_path, FULL.population, [12, 13])
    row = store.row(tmp_path, tactic="full")
    assert (row["state"], row["iteration"], row["validations"]) == ("", 1, 14)
    (tmp_path / FULL.archive).write_text("digest,top1,latency,reason\n")
    row = store.row(tmp_path, tactic="full")
    assert (row["state"], row["minutes"]) == ("measured", 0)


def test_the_hypervolume_is_that_of_the_newest_archive(tmp_path, store):
    """The unit is a box of 10 % by 10 ms: (2 x 4) / 100, then (5 x 8) / 100."""
    start = tmp_path / Run(1, "single", "start").archive
    reference = {"reference": {"top1": 70, "latency": 20}, "ideal": {"top1": 80, "latency": 10}}
    write_json(
        tmp_path / OnPlatform("single").reference,
        reference | {"objectives": ["top1", "latency"], "bounds": {}},
    )
    assert np.isnan(store.row(tmp_path)["hypervolume"])
    for path, top1, latency, volume in (
        (start, 72, 16, 0.08),
        (tmp_path / LOOP.iteration(1).archive, 75, 12, 0.4),
    ):
        table = pd.DataFrame({"digest": ["a"], "top1": [top1], "latency": [latency]})
        write_table(path, table.assign(reason=""))
        assert store.row(tmp_path)["hypervolume"] == pytest.approx(volume)
    (tmp_path / OnPlatform("single").reference).unlink()
    assert np.isnan(store.row(tmp_path)["hypervolume"])


def test_the_newest_archive_is_the_runs_then_that_of_the_last_iteration_then_the_starts(tmp_path):
    def newest():
        return newest_archive(SETTINGS, tmp_path, 1, "single", "concurrent")

    assert newest() is None
    iterations = [LOOP.iteration(number).archive for number in (2, 10)]
    for path in (Run(1, "single", "start").archive, *iterations, LOOP.archive):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
        assert newest() == tmp_path / path


def test_the_samples_of_another_platform_are_not_planned_twice(tmp_path, store):
    """PopDB's full search on ``batched`` also needs the samples on ``single``."""
    settings = validated(CONFIG | {"popdb": {"tactics": ["full"]}})
    table = progress(settings, tmp_path, store.store.table())
    planned = table.set_index(["platform", "tactic"])["planned"]
    assert planned["batched", "full_popdb"] == planned["batched", "full"] == 14


def test_the_progress_is_told_with_what_has_ended():
    table = pd.DataFrame(
        {
            "tactic": ["full", "concurrent", "random"],
            "state": ["measured", "", "limit"],
            "iteration": [1, 2, 3],
            "of": [1, 3, 3],
            "validations": [8, 6, 10],
            "planned": [8, 10, 10],
            "hypervolume": [0.51234, float("nan"), 0.25],
            "minutes": [0.0, 12.345, 0.0],
        }
    )
    before = table.copy()
    heading, first, second, _, ended = told(table).splitlines()
    assert heading.split() == [n for n in table if n not in ("of", "planned")]
    assert first.split() == ["full", "measured", "1", "of", "1", "8", "of", "8", "0.512", "0"]
    assert second.split() == ["concurrent", "2", "of", "3", "6", "of", "10", "12.3"]
    assert ended == "2 of 3 runs have ended." and table.equals(before)
