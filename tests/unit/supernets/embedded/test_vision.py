import hashlib

import numpy as np
import pandas as pd
import pytest
import torch
from helpers.embedded import SETTINGS, prepared

from archfront.core.consistency import ChangedMeanwhile, note
from archfront.core.files import read_json
from archfront.core.platform import Platform
from archfront.supernets.embedded.vision import EmbeddedMobileNetV3, EmbeddedResNet
from archfront.tasks import glyphs

pytestmark = pytest.mark.xdist_group("latency")


@pytest.fixture(scope="module", params=[EmbeddedMobileNetV3, EmbeddedResNet])
def supernet(request):
    return request.param()


@pytest.fixture(scope="module")
def settings(tmp_path_factory, supernet):
    return prepared(supernet, tmp_path_factory.mktemp("data"), SETTINGS)


def test_the_weights_are_the_recorded_ones_and_small(supernet):
    record = read_json(supernet.record)
    weights = supernet.weights.read_bytes()
    assert record["weights_sha256"] == hashlib.sha256(weights).hexdigest()
    assert len(weights) < 4 * 2**20
    assert record["data_digest"] == glyphs.masters_digest()


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
    """Each block of the smallest and of the largest sub-network has a positive latency."""
    from archfront.predictors.look_up import summed

    blocks = supernet.blocks(supernet.space.extremes())
    platform, numbers = Platform("here"), np.unique(blocks[blocks >= 0]).tolist()
    readings = [*supernet.measure_blocks(numbers, platform, settings | {"reference": 1.0})]
    table = pd.DataFrame({"block": numbers, "latency": [r.value for r in readings]})
    assert (table["latency"] > 0).all()
    small, large = summed(blocks, table)
    assert small < large
    assert torch.get_num_threads() == 1


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


def test_permuted_labels_are_refused(supernet, tmp_path):
    settings = prepared(supernet, tmp_path, SETTINGS)
    note(tmp_path, {})
    images, labels, calibration = supernet.data(settings, glyphs.SIZE)
    assert len(labels) == SETTINGS["validation_images"]
    np.savez(
        tmp_path / "glyphs.npz", validation=images, labels=labels[::-1], calibration=calibration
    )
    configurations = supernet.space.decode(supernet.space.extremes())
    with pytest.raises(ChangedMeanwhile, match=r"glyphs\.npz is not the file that was prepared"):
        next(iter(supernet.measure("top1", configurations, None, settings)))
