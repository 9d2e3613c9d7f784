"""Latency and top-1 on a GPU. The tests are skipped on a host without a GPU."""

import numpy as np
import pytest
import torch

from archfront.core.objective import OBJECTIVES
from archfront.core.platform import Platform
from archfront.core.validation import possible_precisions
from archfront.evaluation.image_cache import kept_on
from archfront.evaluation.runtime import inference, random_batch
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore
from archfront.supernets.registry import supernet
from archfront.tasks import glyphs

if not torch.cuda.is_available():
    pytest.skip("torch finds no GPU on this host", allow_module_level=True)


SETTINGS = {
    "validation_images": 1000,
    "calibration_images": 400,
    "latency_seconds": 0.2,
    "latency_precision": 0.01,
}


@pytest.fixture(scope="module")
def network():
    return supernet("embedded_mobilenetv3")


@torch.inference_mode()
def test_a_cuda_graph_computes_the_outputs_of_the_network(network):
    (configuration,) = network.space.decode(network.space.sample(1, 3), fill=True)
    answers = []
    for runtime in ("channels_last", "cuda_graph", "cuda_graph"):
        platform = Platform("gpu", device="cuda", batch_size=4, runtime=runtime)
        platform.check()
        subnetwork = network.deployed(configuration)
        answers.append(inference(subnetwork, random_batch((4, 3, 32, 32)), platform)().cpu())
    assert torch.allclose(answers[0], answers[1], atol=1e-2) and answers[0].std() > 0.1
    assert torch.equal(answers[1], answers[2])


@pytest.mark.parametrize("runtime", ["eager", "channels_last", "cuda_graph"])
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_latencies_are_measured_with_cuda_events(network, runtime, precision, tmp_path):
    platform = Platform("gpu", device="cuda", batch_size=8, runtime=runtime, precision=precision)
    platform.check()
    population = network.space.extremes()
    store = MeasurementStore(tmp_path)
    taken = measure(network, OBJECTIVES["latency"], population, platform, SETTINGS, store)
    small, large = taken["value"]
    assert 0 < small < large < 1000
    rows = [m for m in store.measurements() if m.key["objective"] == "latency"]
    assert {row.detail["clock"] for row in rows} == {"cuda events"}
    name = torch.cuda.get_device_name()
    assert all(row.key["platform"]["processor"].startswith(f"{name} [") for row in rows)


def test_top1_on_a_gpu_is_repeatable_and_near_top1_on_a_processor(network, tmp_path):
    images, labels = glyphs.images("validation", SETTINGS["validation_images"])
    calibration, _ = glyphs.images("calibration", SETTINGS["calibration_images"])
    np.savez(tmp_path / "glyphs.npz", validation=images, labels=labels, calibration=calibration)
    population = network.space.sample(5, 2)
    values = []
    for device, folder in (("cpu", "one"), ("cuda", "one"), ("cuda:0", "two")):
        settings = SETTINGS | {"data": tmp_path, "validation_device": device}
        store = MeasurementStore(tmp_path / folder)
        taken = measure(network, OBJECTIVES["top1"], population, None, settings, store)
        values.append(taken["value"].to_numpy())
    assert len(MeasurementStore(tmp_path / "one").measurements()) == 10  # five on each device
    assert np.abs(values[0] - values[1]).max() <= 0.2  # two of 1,000 images
    assert np.array_equal(values[1], values[2])


def test_top1_in_each_precision_is_near_fp32_and_stored_separately(network, tmp_path):
    network.prepare_data(tmp_path, SETTINGS)
    population, store = network.space.sample(3, 2), MeasurementStore(tmp_path / "store")
    values = {}
    for precision in possible_precisions("cuda"):
        settings = SETTINGS | {
            "data": tmp_path,
            "validation_device": "cuda",
            "validation_precision": precision,
        }
        taken = measure(network, OBJECTIVES["top1"], population, None, settings, store)
        values[precision] = taken["value"].to_numpy()
    assert {"fp32", "fp16"} <= set(values)
    assert len(store.measurements()) == 3 * len(values)
    for precision, some in values.items():
        assert np.abs(some - values["fp32"]).max() <= 2.0, precision


def test_kept_images_are_on_the_gpu_and_unchanged(network):
    images, _ = glyphs.images("validation", 1000)
    kept = kept_on("cuda", images)
    assert kept.is_cuda and kept.dtype == torch.uint8 and (kept.cpu().numpy() == images).all()
