import pytest
from helpers.experiment_files import experiment, rows_of

from archfront.core.platform import Platform
from archfront.measurement.store import Measurement, MeasurementStore
from archfront.paper.table1 import inputs, table

STUDY = {
    "vision": experiment(experiment="vision", seeds=[3, 1]),
    "residual": experiment(experiment="residual", platforms={"any": {}}, seeds=[2]),
}
XEON = {"processor": "Xeon", "microarchitecture": "cascadelake", "cores": 56}
XEON |= {"memory_gib": 192.0, "system": "Linux 6", "gpus": []}
V100 = XEON | {"gpus": ["V100, 535.1", "V100, 535.2"]}


@pytest.fixture
def measured(tmp_path, monkeypatch):
    def measure(facts, platform, objective="latency"):
        monkeypatch.setattr("archfront.measurement.store.host_facts", lambda: facts)
        key = {"objective": objective, "configuration": {"d": [1]}}
        if platform is not None:
            key["platform"] = platform.settings() | {"processor": facts["processor"]}
        MeasurementStore(tmp_path / "store").append(Measurement(key, 1.0))

    return measure


def test_the_samples_of_each_platform_are_measured_before():
    assert inputs(STUDY) == [
        "vision/seed3/single/samples/archive.csv",
        "vision/seed3/batched/samples/archive.csv",
        "residual/seed2/any/samples/archive.csv",
    ]


def test_a_row_per_platform_and_kind_of_host(tmp_path, measured):
    """The same kind of host measured twice on the CPU. Top-1 depends on no platform."""
    cpu, gpu = Platform("cpu", threads=2), Platform("gpu", device="cuda", batch_size=128)
    measured(XEON | {"host": "a"}, cpu)
    measured(XEON | {"host": "b"}, cpu)
    measured(XEON, None, "top1")
    measured(V100, gpu)
    measured(XEON | {"processor": "Other"}, cpu)
    on_cpu = "cpu, threads 2, batch_size 1, fp32, channels_last"
    on_gpu = "cuda, threads 1, batch_size 128, fp32, channels_last"
    columns = "platform processor microarchitecture cores memory_gib system gpus"
    assert rows_of(table(tmp_path, STUDY), columns) == [
        (on_cpu, "Other", "cascadelake", 56, 192, "Linux 6", ""),
        (on_cpu, "Xeon", "cascadelake", 56, 192, "Linux 6", ""),
        (on_gpu, "Xeon", "cascadelake", 56, 192, "Linux 6", "V100, 535.1; V100, 535.2"),
    ]
