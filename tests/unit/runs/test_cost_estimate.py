"""What an experiment will measure is known before: it is counted, and compared with a run."""

import numpy as np
import pandas as pd
import pytest

from archfront.config.experiment import validated
from archfront.config.queries import runs
from archfront.measurement.store import Measurement, MeasurementStore
from archfront.runs.cost_estimate import batches, plan, told

CONFIG = {
    "experiment": "small",
    "supernet": "instant:Instant",
    "platforms": {"single": {}, "batched": {"batch_size": 8}},
    "seeds": [1, 2],
    "sampling": {"count": 12},
    "learning_curve": {"rows": [5]},
    "full": {"measured": 4},
    "concurrent": {"start": 5, "iterations": 2, "batch": 3},
    "warm_start": {"tactics": ["concurrent"], "count": 5},
}


@pytest.fixture
def settings():
    return validated(CONFIG)


def counted(settings, files, store):
    table = plan(settings, batches(settings, files), store.table())
    return table.set_index(["objective", "platform"])["measurements"].to_dict()


def test_all_runs_by_hand(settings, tmp_path):
    files = [f"seed{s}/{p}/{t}/archive.csv" for s, p, t in runs(settings)]
    found = counted(settings, files, MeasurementStore(tmp_path))
    # Per seed: 12 samples, 4 of full on each, 5 that concurrent starts from, 6 of it on each, 5 +
    # 6 of popdb, 5 + 6 of warm.
    assert found["top1", ""] == 2 * (12 + 2 * 4 + 5 + 2 * 6 + 11 + 11)
    assert found["latency", "single"] == 2 * (12 + 4 + 5 + 6)
    assert found["latency", "batched"] == 2 * (12 + 4 + 5 + 6 + 11 + 11)


@pytest.mark.parametrize(
    ("path", "top1", "single", "batched"),
    [
        ("seed1/single/samples/archive.csv", 12, 12, 0),
        ("seed1/single/full/history.csv", 12, 12, 0),
        ("seed1/single/full/front.csv", 16, 16, 0),
        ("seed2/batched/concurrent/archive.csv", 11, 0, 11),
        ("seed1/popdb/clusters.csv", 12, 12, 0),
        ("seed1/batched/concurrent_popdb/archive.csv", 12 + 11, 12, 11),
        ("seed1/batched/concurrent_warm/front.csv", 11 + 11, 11, 11),
        ("seed1/batched/concurrent_from_single/archive.csv", 11 + 20, 11, 20),
        ("learning_curves/single/curve.csv", 24, 24, 0),
        ("reference/batched.json", 12, 0, 12),
        ("front_values/single.csv", 2 * (16 + 11), 2 * (16 + 11), 0),
    ],
)
def test_what_a_file_needs(settings, tmp_path, path, top1, single, batched):
    found = counted(settings, [path], MeasurementStore(tmp_path))
    assert found == {
        ("top1", ""): top1,
        ("latency", "single"): single,
        ("latency", "batched"): batched,
    }


def test_hours_come_from_what_such_measurements_took(settings, tmp_path):
    store = MeasurementStore(tmp_path)
    needed = batches(settings, ["seed1/single/samples/archive.csv"])
    unknown = plan(settings, needed, store.table())
    assert unknown["hours"].isna().all() and "nothing of the kind" in told(unknown)
    for seconds in (100, 300, 1000):
        key = {"objective": "top1", "protocol": 1, "supernet": "instant-1", "configuration": {}}
        store.append(Measurement(key, 70.0, started=0, finished=seconds))
    other = {"objective": "top1", "protocol": 1, "supernet": "another", "configuration": {}}
    store.append(Measurement(other, 70.0, started=0, finished=5))
    on = {"platform": {"device": "cpu", "threads": 1, "batch_size": 1, "precision": "fp32"}}
    on["platform"] |= {"runtime": "channels_last", "cores": None, "processor": "any"}
    together = Measurement(
        {"objective": "latency", "protocol": 1, "supernet": "instant-1", "configuration": {}} | on,
        *(1.0, 0.1, "", 0.0, 20.0),
        detail={"together": 10},
    )
    store.append(together)
    found = plan(settings, needed, store.table()).set_index(["objective", "platform"])
    assert found.loc[("top1", ""), "seconds"] == 300
    assert found.loc[("top1", ""), "hours"] == pytest.approx(1)
    assert found.loc[("latency", "single"), "seconds"] == 2
    assert np.isnan(found.loc[("latency", "batched"), "seconds"])
    assert isinstance(found, pd.DataFrame)
