import numpy as np
import pytest
import torch

from archfront.evaluation import image_cache
from archfront.evaluation.precision import kept_as
from archfront.supernets.embedded.vision import EmbeddedMobileNetV3


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


class Brightest(torch.nn.Module):
    """The class of an image is the value of its only pixel."""

    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(1))

    def forward(self, images):
        bright = images.flatten(1)[:, :1] * self.scale
        return torch.cat([1 - bright, bright], dim=1)


def test_top1_and_its_standard_error_by_hand():
    from archfront.evaluation.top1 import top1

    images = np.array([0, 1, 1, 0], np.uint8).reshape(4, 1, 1, 1)
    reading = top1(Brightest(), images, np.array([0, 1, 0, 0]), images, torch.Tensor.float, 3)
    assert reading.value == 75  # all but the third
    assert reading.spread == pytest.approx(100 * (0.75 * 0.25 / 4) ** 0.5)


def test_the_records_of_an_image_by_hand():
    """Logits (1, 0) for a dark image, (0, 1) for a bright one: p = e / (e + 1) for its class. The
    largest sub-network is sure of class 0 with 0.9: KL = 0.9 ln(0.9 / p) + 0.1 ln(0.1 / q)."""
    from archfront.evaluation.top1 import log_probabilities, top1

    images = np.array([0, 1, 1], np.uint8).reshape(3, 1, 1, 1)
    labels = np.array([0, 1, 0])
    given = Brightest(), images, labels, images, torch.Tensor.float, 2
    assert set(top1(*given).records) == {"right", "log_probability"}
    largest = np.log(np.tile([[0.9, 0.1]], (3, 1))).astype(np.float16)
    records = top1(*given, largest=largest).records
    p, q = np.e / (np.e + 1), 1 / (np.e + 1)
    assert records["right"].tolist() == [True, True, False]
    assert records["log_probability"] == pytest.approx(np.log([p, p, q]), abs=1e-3)
    one, other = (0.9 * np.log(0.9 / a) + 0.1 * np.log(0.1 / b) for a, b in ((p, q), (q, p)))
    assert records["kl"] == pytest.approx([one, other, other], rel=2e-3)
    found = log_probabilities(Brightest(), images, images, torch.Tensor.float, 2)
    assert found.dtype == np.float16
    assert found.astype(float) == pytest.approx(np.log([[p, q], [q, p], [q, p]]), abs=1e-3)


def test_top1_is_the_same_on_kept_images_and_on_images_that_are_copied(tmp_path):
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
