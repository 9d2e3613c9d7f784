import pytest
from helpers.image_folder import CLASSES, write_checkpoint, write_images
from PIL import Image

from archfront.core.consistency import ChangedMeanwhile
from archfront.core.objective import OBJECTIVES
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore
from archfront.supernets.registry import supernet

SETTINGS = {"validation_images": None, "calibration_images": 100, "validation_device": "cpu"}


@pytest.fixture
def folder(tmp_path):
    return write_images(tmp_path / "images")


@pytest.fixture
def small(folder, tmp_path):
    """A published family at a low resolution, random weights, ready to be validated."""
    path = write_checkpoint(tmp_path / "weights", "ofa_mbv3_w1.0")
    network = supernet(
        {
            "name": "ofa_mbv3_w1.0",
            "checkpoint": str(path),
            "imagenet": str(folder),
            "classes": CLASSES,
            "resolution": [64, 96],
        }
    )
    return network


def test_a_sub_network_is_validated_at_its_resolution(small, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    small.prepare_data(data, SETTINGS)
    store = MeasurementStore(tmp_path / "store")
    settings = SETTINGS | {"data": str(data)}
    population = small.space.sample(1, 1).repeat(2, axis=0)
    population[:, -1] = 0, 1  # the same sub-network at 64 and at 96 pixels
    taken = measure(small, OBJECTIVES["top1"], population, None, settings, store)
    assert taken["value"].between(0, 100).all() and taken["digest"].nunique() == 2
    key = store.measurements()[0].key
    assert key["images"] == "all" and key["calibration_images"] == 100


def test_a_broken_image_is_named_and_the_rest_goes_on(small, folder, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    small.prepare_data(data, SETTINGS)
    broken = folder / "val/n00000005/val_00000000.JPEG"
    broken.write_bytes(broken.read_bytes()[:700])
    store = MeasurementStore(tmp_path / "store")
    settings = SETTINGS | {"data": str(data)}
    population = small.space.sample(2, 1)
    with pytest.raises(RuntimeError, match=r"n00000005/val_00000000.JPEG is no readable image"):
        measure(small, OBJECTIVES["top1"], population, None, settings, store, attempts=1)


def test_an_image_that_is_replaced_meanwhile_ends_the_run_and_is_named(small, folder, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    small.prepare_data(data, SETTINGS)
    Image.new("RGB", (200, 150), "red").save(folder / "val/n00000005/val_00000000.JPEG")
    store = MeasurementStore(tmp_path / "store")
    settings = SETTINGS | {"data": str(data)}
    population = small.space.sample(2, 1)
    with pytest.raises(ChangedMeanwhile, match=r"n00000005/val_00000000.JPEG changed since"):
        measure(small, OBJECTIVES["top1"], population, None, settings, store)
    assert store.measurements() == []
