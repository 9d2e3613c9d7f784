"""Device and precision of validations: keys, refused settings, and images kept on a device."""

import json

import numpy as np
import pytest

from archfront.config import experiment
from archfront.config.queries import check_platforms
from archfront.core import validation
from archfront.core.objective import OBJECTIVES
from archfront.core.registry import ConfigError
from archfront.core.supernet import SuperNetwork
from archfront.evaluation import image_cache
from archfront.evaluation.precision import kept_as
from archfront.measurement.measure import key_of, measure
from archfront.measurement.store import MeasurementStore, key_digest
from archfront.supernets.embedded.vision import EmbeddedMobileNetV3

CONFIG = {"experiment": "some", "platforms": {"here": {}}, "sampling": {"count": 40}}


def settings(**measurement):
    return experiment.validated(CONFIG | {"measurement": measurement})["measurement"]


def test_the_key_in_fp32_is_the_key_without_a_setting_for_the_precision():
    network = EmbeddedMobileNetV3()
    (smallest, _) = network.space.decode(network.space.extremes())
    given = settings()
    key = key_of(network, OBJECTIVES["top1"], smallest, None, given)
    without = {n: v for n, v in given.items() if n != "validation_precision"}
    assert key == key_of(network, OBJECTIVES["top1"], smallest, None, without)
    assert key["precision"] == "fp32" and not any("validation" in name for name in key)
    known = key | {"data": "drawn", "supernet": "weights"}
    told = json.dumps(known, sort_keys=True)
    assert '"images": 5000, "objective": "top1", "precision": "fp32", "protocol": 2, "reso' in told
    assert key_digest(known) == key_digest(json.loads(told))


def test_the_precision_changes_the_key_of_top1_and_of_no_other_objective():
    network = EmbeddedMobileNetV3()
    (smallest, _) = network.space.decode(network.space.extremes())

    def keys(precision):
        given = settings(validation_device="cuda") | {"validation_precision": precision}
        return {
            name: key_of(network, OBJECTIVES[name], smallest, None, given)
            for name in ("top1", "naswot")
        }

    fp32, fp16 = keys("fp32"), keys("fp16")
    assert fp32["naswot"] == fp16["naswot"]
    assert fp16["top1"] == fp32["top1"] | {"precision": "fp16"} != fp32["top1"]


@pytest.mark.parametrize(
    ("measurement", "objectives", "message"),
    [
        ({"validation_precision": "fp8"}, ["top1"], "'fp8' is not allowed; it may be fp32, tf32"),
        (
            {"validation_precision": "tf32"},
            ["top1"],
            "measurement.validation_precision: 'tf32' is for a GPU, and "
            "measurement.validation_device is 'cpu'; allowed there: fp32, bf16",
        ),
        (
            {"validation_precision": "bf16", "validation_device": "cuda"},
            ["bleu", "latency"],
            "'bf16' is not for bleu; allowed for bleu: fp32",
        ),
    ],
)
def test_an_impossible_precision_is_refused_in_the_config(measurement, objectives, message):
    config = CONFIG | {"measurement": measurement, "objectives": objectives}
    if "bleu" in objectives:
        config |= {"supernet": "embedded_transformer"}
    with pytest.raises(ConfigError, match="validation_precision") as refused:
        experiment.validated(config)
    assert message in str(refused.value)


def test_bf16_is_refused_on_a_processor_without_bf16(monkeypatch):
    given = settings(validation_precision="bf16")
    monkeypatch.setattr(validation, "processor_has_bf16", lambda: False)
    with pytest.raises(ValueError, match=r"validation_precision = 'bf16': cpu .* allowed: fp32$"):
        check_platforms(experiment.validated(CONFIG | {"measurement": given}))
    monkeypatch.setattr(validation, "processor_has_bf16", lambda: True)
    validation.check_validation(given)


def test_a_host_without_the_gpu_reads_validations_and_takes_none(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    gpu = {"gpu": {"device": "cuda", "model": "another"}}
    there = CONFIG | {"measurement": {"validation_device": "cuda"}}
    with pytest.raises(ValueError, match=r"measurement.validation_device = 'cuda': torch finds no"):
        check_platforms(experiment.validated(there))
    given = experiment.validated(there | {"platforms": gpu})
    check_platforms(given)  # no error: the store may hold all measurements
    network, known = EmbeddedMobileNetV3(), OBJECTIVES["top1"]
    store, population = MeasurementStore(tmp_path), network.space.extremes()
    with pytest.raises(ValueError, match="2 of 2 measurements are not in the store: take them"):
        measure(network, known, population, None, given["measurement"], store)
    assert not store.measurements()


def test_images_are_kept_if_they_take_at_most_half_of_the_free_memory():
    images = np.zeros((10, 3, 4, 4), np.uint8)
    assert image_cache.fits(images, 960) and not image_cache.fits(images, 959)
    assert image_cache.kept_on("cpu", images) is images


class Decoded:
    """Images that are decoded when a slice is read, like the images of a folder.

    ``asked`` is the number of decoded images.
    """

    def __init__(self, images):
        self.images, self.asked = images, 0

    def __len__(self):
        return len(self.images)

    def __getitem__(self, part):
        self.asked += len(self.images[part])
        return self.images[part]


def test_top1_is_the_same_on_kept_images_and_on_images_that_are_copied(tmp_path):
    pytest.importorskip("torch")
    from archfront.evaluation.top1 import top1

    network = EmbeddedMobileNetV3()
    few = {"validation_images": 130, "calibration_images": 100}
    network.prepare_data(tmp_path, few)
    images, labels, calibration = network.data({"data": tmp_path}, 32)
    decoded = Decoded(images)
    kept = image_cache.gathered(decoded, "cpu", batch=50)
    assert decoded.asked == 1 + len(images) and len(kept) == len(images)  # plus one for the shape
    assert (kept.numpy() == images).all()
    (configuration,) = network.space.decode(network.space.sample(1, 1), fill=True)
    seen = image_cache.gathered(calibration, "cpu", 33)
    values = [
        top1(network.extract(configuration), shown, labels, more, network.prepare, 40).value
        for shown, more in ((images, calibration), (kept, seen))
    ]
    assert values[0] == values[1] > 20


def test_top1_in_bf16_is_near_top1_in_fp32(tmp_path):
    torch = pytest.importorskip("torch")
    from archfront.evaluation.top1 import top1

    network = EmbeddedMobileNetV3()
    network.prepare_data(tmp_path, {"validation_images": 200, "calibration_images": 100})
    images, labels, calibration = network.data({"data": tmp_path}, 32)
    (configuration,) = network.space.decode(network.space.sample(1, 1), fill=True)
    values = {}
    for precision in ("fp32", "bf16"):
        subnetwork = network.extract(configuration)
        given = images, labels, calibration, network.prepare, 100, "cpu", precision
        values[precision] = top1(subnetwork, *given).value
        assert next(subnetwork.parameters()).dtype == kept_as(precision)
    assert abs(values["fp32"] - values["bf16"]) <= 4
    assert torch.get_float32_matmul_precision() == "highest"


def test_plug_ins_of_version_0_1_0_call_arithmetic_with_the_settings_alone():
    given = {"validation_device": "cuda:1", "validation_precision": "fp32"}
    assert SuperNetwork.arithmetic(given) == {"precision": "fp32", "device": "cuda"}
    assert SuperNetwork.arithmetic({"validation_device": "cpu"}) == {"precision": "fp32"}
