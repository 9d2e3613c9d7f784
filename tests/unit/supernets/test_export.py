import numpy as np
import pytest
from helpers.embedded import SETTINGS, prepared

from archfront.core.files import read_json
from archfront.supernets.embedded.vision import EmbeddedMobileNetV3, EmbeddedResNet


# A whole run exports an EmbeddedMobileNetV3 (tests/workflow/test_embedded_run.py).
@pytest.fixture(
    scope="module",
    params=[EmbeddedResNet, pytest.param(EmbeddedMobileNetV3, marks=pytest.mark.slow)],
)
def supernet(request):
    return request.param()


@pytest.fixture(scope="module")
def settings(tmp_path_factory, supernet):
    return prepared(supernet, tmp_path_factory.mktemp("data"), SETTINGS)


def test_exported_files_give_the_measured_top1(supernet, settings, tmp_path):
    from archfront.supernets.export import rebuild

    (configuration,) = supernet.space.decode(supernet.space.sample(1, 3))
    (measured,) = supernet.measure("top1", [configuration], None, settings)
    checked = supernet.export(configuration, tmp_path, settings)
    assert checked["top1"] == measured.value
    assert checked["onnx_largest_difference"] < 1e-3
    assert read_json(tmp_path / "subnetwork.json")["d"] == configuration["d"]
    rebuilt = rebuild(tmp_path, supernet.channels_round)
    assert not any(np.isnan(p.detach().numpy()).any() for p in rebuilt.parameters())
