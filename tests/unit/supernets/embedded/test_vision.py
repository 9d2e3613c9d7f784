import hashlib

import numpy as np
import pandas as pd
import pytest
import torch
from helpers.embedded import SETTINGS, prepared

from archfront.core.consistency import ChangedMeanwhile, note
from archfront.core.files import file_digest, read_json
from archfront.core.objective import OBJECTIVES
from archfront.core.paired import paired_difference
from archfront.core.platform import Platform
from archfront.core.registry import ConfigError
from archfront.measurement.measure import measure
from archfront.measurement.per_example import records_of
from archfront.measurement.store import MeasurementStore
from archfront.supernets.embedded import vision_training
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
    with pytest.raises(ValueError, match="measures top1, latency, naswot, not energy"):
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


def test_another_checkpoint_gives_other_weights_and_another_digest(supernet, tmp_path):
    tensors = torch.load(supernet.shipped, weights_only=True)
    name = list(tensors)[-1]
    tensors[name] += 1
    torch.save(tensors, tmp_path / "other.pt")
    other = type(supernet)(str(tmp_path / "other.pt"))
    assert other.digest() == file_digest(tmp_path / "other.pt") != supernet.digest()
    found, shipped = (one.network().state_dict() for one in (other, supernet))
    assert torch.equal(found[name], tensors[name])
    assert [n for n in shipped if not torch.equal(found[n], shipped[n])] == [name]


def test_a_checkpoint_that_is_missing_or_does_not_fit_is_refused_before_work(supernet, tmp_path):
    with pytest.raises(ConfigError, match=r"supernet.checkpoint: .*none.pt is no file"):
        type(supernet)(str(tmp_path / "none.pt"))
    (other,) = {EmbeddedMobileNetV3, EmbeddedResNet} - {type(supernet)}
    with pytest.raises(ConfigError, match="does not fit this super-network"):
        type(supernet)(str(other().shipped)).prepare_data(tmp_path, SETTINGS)
    assert not list(tmp_path.iterdir())


def test_fine_tuning_trains_a_copy_on_the_configurations(supernet, tmp_path, monkeypatch):
    """The training itself has its test in embedded/test_vision_training.py."""
    asked = []
    monkeypatch.setattr(vision_training, "fine_tune", lambda *given: asked.append(given))
    few = supernet.space.decode(supernet.space.extremes())
    assert any(None in values for one in few for values in one.values())
    place = tmp_path / "weights.pt", tmp_path / "state"
    supernet.fine_tune(few, 3, 7, *place, SETTINGS)
    filled = supernet.space.decode(supernet.space.extremes(), fill=True)
    assert asked == [(supernet, filled, 3, 7, *place, "cpu")]
    assert not any(None in values for one in filled for values in one.values())


def test_validations_keep_what_each_image_gave(supernet, settings, tmp_path, capsys):
    """The largest sub-network is validated once, and differs from itself by nothing."""
    store = MeasurementStore(tmp_path)
    population, top1 = supernet.space.extremes(), OBJECTIVES["top1"]
    taken = measure(supernet, top1, population, None, settings, store)["value"].tolist()
    assert "validating the largest sub-network" in capsys.readouterr().err
    small, large = sorted(store.measurements(), key=lambda one: one.value)
    records = [records_of(tmp_path, one) for one in (small, large)]
    for own, one in zip(records, (small, large), strict=True):
        assert {array.shape for array in own.values()} == {(SETTINGS["validation_images"],)}
        assert 100 * own["right"].mean() == pytest.approx(one.value)
    assert records[1]["kl"].max() < 1e-3 < records[0]["kl"].mean()
    assert paired_difference(records[1], records[0]).value == pytest.approx(taken[1] - taken[0])
    measure(supernet, top1, supernet.space.sample(1, 9), None, settings, store)
    assert "validating the largest" not in capsys.readouterr().err
    assert len([*tmp_path.glob("per_example/largest-*.npy")]) == 1


def test_without_the_largest_others_are_validated_all_the_same(
    supernet, settings, tmp_path, capsys, monkeypatch
):
    def no_memory(*given):
        raise RuntimeError("no memory")

    monkeypatch.setattr("archfront.evaluation.top1.log_probabilities", no_memory)
    store = MeasurementStore(tmp_path)
    top1 = OBJECTIVES["top1"]
    taken = measure(supernet, top1, supernet.space.sample(1, 9), None, settings, store)
    assert "cannot be validated (no memory)" in capsys.readouterr().err
    (one,) = store.measurements()
    assert set(records_of(tmp_path, one)) == {"right", "log_probability"}
    assert taken["value"].notna().all()
