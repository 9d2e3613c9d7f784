"""The embedded super-networks: real weights, real elastic network, few images."""

import hashlib
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from archfront.core.files import read_json
from archfront.core.platform import Platform
from archfront.predictors.features import kinds_of_blocks
from archfront.supernets.embedded.vision import EmbeddedMobileNetV3, EmbeddedResNet
from archfront.tasks import glyphs

torch = pytest.importorskip("torch")

SETTINGS = {
    "validation_images": 300,
    "calibration_images": 200,
    "validation_device": "cpu",
    "latency_seconds": 0.02,
    "latency_precision": 0.5,
}


@pytest.fixture(scope="module", params=[EmbeddedMobileNetV3, EmbeddedResNet])
def supernet(request):
    return request.param()


@pytest.fixture(scope="module")
def settings(tmp_path_factory, supernet):
    folder = tmp_path_factory.mktemp("data")
    supernet.prepare_data(folder, SETTINGS)
    return SETTINGS | {"data": str(folder)}


def test_the_weights_are_the_recorded_ones_and_small(supernet):
    record = read_json(supernet.record)
    weights = supernet.weights.read_bytes()
    assert record["weights_sha256"] == hashlib.sha256(weights).hexdigest()
    assert len(weights) < 4 * 2**20
    assert record["data_digest"] == glyphs.masters_digest()


@pytest.mark.parametrize("family", [EmbeddedMobileNetV3, EmbeddedResNet])
def test_an_extracted_sub_network_is_the_super_network(family):
    from archfront.supernets.convolutional.elastic_torch import extract

    supernet = family()
    network = supernet.untrained().eval()
    for parameter in network.parameters():
        if parameter.ndim == 1:  # untrained scales hide mistakes: all 1, or 0
            torch.nn.init.uniform_(parameter, 0.5, 1.5)
    images = supernet.prepare(torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8))
    with torch.inference_mode():
        for configuration in supernet.space.decode(supernet.space.sample(3, 1), fill=True):
            static = extract(network, configuration)(images)
            assert torch.allclose(static, network(images), atol=1e-4)


def test_folding_batch_norm_changes_nothing(supernet):
    from archfront.evaluation.batch_norm import fold_batch_norm

    (configuration,) = supernet.space.decode(supernet.space.sample(1, 2), fill=True)
    images = supernet.prepare(torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8))
    with torch.inference_mode():
        plain = supernet.extract(configuration)
        expected = plain(images)
        folded = fold_batch_norm(plain)
        assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in folded.modules())
        assert torch.allclose(folded(images), expected, atol=1e-3)


def test_recalibration_sets_the_statistics_that_ofa_sets(supernet):
    from archfront.evaluation.batch_norm import recalibrate
    from archfront.supernets.convolutional.ofa_package import import_ofa

    import_ofa()
    from ofa.imagenet_classification.elastic_nn.utils import set_running_statistics

    (configuration,) = supernet.space.decode(supernet.space.sample(1, 2), fill=True)
    ours, theirs = supernet.extract(configuration), supernet.extract(configuration)
    # The last batch is smaller: batches weigh as much as they have images.
    images = [torch.randint(0, 256, (size, 3, 32, 32)).byte() for size in (8, 8, 3)]
    batches = [supernet.prepare(some) for some in images]
    recalibrate(ours, batches)
    set_running_statistics(theirs, [(batch, None) for batch in batches])
    statistics = dict(theirs.named_buffers())
    for name, own in ours.named_buffers():
        if "running" in name:
            assert torch.allclose(own, statistics[name], rtol=1e-3, atol=1e-4), name


def test_validating_twice_gives_the_same_number_well_above_chance(supernet, settings):
    configurations = supernet.space.decode(supernet.space.sample(2, 3))
    first = [r.value for r in supernet.measure("top1", configurations, None, settings)]
    second = [r.value for r in supernet.measure("top1", configurations[::-1], None, settings)]
    assert first == second[::-1]
    assert min(first) > 20


def test_latency_is_measured_with_its_spread_and_time(supernet, settings):
    population = supernet.space.extremes()
    platform = Platform("here", threads=1, batch_size=8)
    (reference,) = supernet.measure(
        "latency", [supernet.latency_reference()], platform, settings | {"reference": None}
    )
    configurations, known = supernet.space.decode(population), {"reference": reference.value}
    small, large = supernet.measure("latency", configurations, platform, settings | known)
    assert 0 < small.value < large.value and small.value < reference.value < large.value
    assert small.spread >= 0 and small.finished > small.started
    assert small.detail["reference_ms"] == reference.value and small.detail["rounds"] == 6


def test_the_blocks_of_a_sub_network_take_about_its_time(supernet, settings):
    """Ranks of smallest and largest; every kind of block has a positive latency."""
    from archfront.predictors.look_up import summed

    platform, numbers = Platform("here"), kinds_of_blocks(supernet).tolist()
    readings = [*supernet.measure_blocks(numbers, platform, settings | {"reference": 1.0})]
    table = pd.DataFrame({"block": numbers, "latency": [r.value for r in readings]})
    assert (table["latency"] > 0).all()
    small, large = summed(supernet.blocks(supernet.space.extremes()), table)
    assert small < large
    assert torch.get_num_threads() == 1


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


def test_another_renderer_is_told_with_what_to_do(
    supernet, settings, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr("archfront.tasks.glyphs.masters_digest", lambda: "f" * 64)
    supernet.prepare_data(tmp_path, SETTINGS)
    told = capsys.readouterr().err
    assert "draws other glyphs" in told and f"snakemake {supernet.training}" in told


def test_it_refuses_what_it_cannot_measure(supernet, settings):
    with pytest.raises(ValueError, match="cannot measure 'energy'"):
        list(supernet.measure("energy", [], None, settings))


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
