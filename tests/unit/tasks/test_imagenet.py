import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.image_folder import CLASSES, write_images
from PIL import Image

from archfront.core.consistency import ChangedMeanwhile, note
from archfront.tasks import imagenet
from archfront.tasks.imagenet import ImageFolderError


@pytest.fixture
def folder(tmp_path):
    return write_images(tmp_path / "images")


def prepared(folder, tmp_path, validation=None, calibration=100, classes=CLASSES):
    out = tmp_path / "data"
    out.mkdir(exist_ok=True)
    imagenet.prepare(folder, out, classes, validation, calibration)
    return out


def test_images_and_labels_are_those_of_the_sorted_folders(folder, tmp_path):
    out = prepared(folder, tmp_path)
    images, labels, calibration = imagenet.data(out, 128, None, 2)
    assert len(images) == len(labels) == 120 and len(calibration) == 100
    assert labels.tolist() == sorted(labels) and np.bincount(labels).tolist() == [12] * CLASSES
    first = Image.open(folder / "val/n00000000/val_00000000.JPEG")
    expected = np.asarray(imagenet.validation_pixels(first, 128)).transpose(2, 0, 1)
    assert (images[0:5][0] == expected).all() and images[0:5].dtype == np.uint8
    assert images[5:9].shape == (4, 3, 128, 128)
    order = torch.randperm(120, generator=torch.Generator().manual_seed(937162211))
    assert calibration.files[0].name == f"train_{int(order[0]) % 12:08}.JPEG"


def test_the_test_transform_by_hand():
    """700 x 400 at 128: shorter side 147, longer 257; the middle begins at 64.5 -> 64, and 9.5."""
    pixels = np.arange(400)[:, None, None] // 2 + np.zeros((400, 700, 3))
    taken = imagenet.validation_pixels(Image.fromarray(pixels.astype(np.uint8)), 128)
    assert taken.size == (128, 128)
    middle = np.asarray(taken)[:, 64, 0].astype(float)
    rows = (np.arange(128) + 10 + 0.5) * 400 / 147 / 2
    assert abs(middle - rows).max() < 1.5


def test_a_cache_holds_the_same_pixels_and_is_found_again(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(imagenet, "PART", 50)
    out, cache = prepared(folder, tmp_path), tmp_path / "cache"
    plain, _, augmented = imagenet.data(out, 128, None, 2)
    kept, _, kept_augmented = imagenet.data(out, 128, cache, 2)
    imagenet.fill((kept, kept_augmented))
    assert len(list(cache.glob("validation-*/*.npy"))) == 3
    for slices in (slice(0, 120), slice(40, 110), slice(100, 120), slice(3, 7)):
        assert (kept[slices] == plain[slices]).all()
    assert (kept_augmented[0:100] == augmented[0:100]).all()
    monkeypatch.setattr(imagenet.Images, "_decode", lambda *_: pytest.fail("decoded again"))
    imagenet.fill((kept,))
    assert len(kept[0:120]) == 120


def test_a_full_disk_is_told_before(folder, tmp_path, monkeypatch):
    kept, _, _ = imagenet.data(prepared(folder, tmp_path), 128, tmp_path / "cache", 2)
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    with pytest.raises(RuntimeError, match=r"the disk has 0.0 GB; name another supernet.cache"):
        imagenet.fill((kept,))


def test_a_subset_is_fixed_stratified_and_part_of_a_larger_one(folder, tmp_path):
    labels = np.repeat(np.arange(7), 30)
    small, large = imagenet.stratified(labels, 45), imagenet.stratified(labels, 100)
    assert set(small) <= set(large) and len(set(small)) == 45
    assert sorted(np.bincount(labels[small])) == [6, 6, 6, 6, 7, 7, 7]
    _, chosen, _ = imagenet.data(prepared(folder, tmp_path, 50), 128, None, 1)
    assert np.bincount(chosen).tolist() == [5] * CLASSES


def odd(folder):
    """A path in ``folder`` with a name in Latin-1."""
    return Path(os.fsdecode(os.fsencode(folder) + b"/\xe4.jpg"))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: (f / "val").rename(f / "validation"), "val is no folder"),
        (lambda f: [p.unlink() for p in (f / "val/n00000003").iterdir()], "n00000003 holds no im"),
        (lambda f: (f / "train/n00000004").rename(f / "train/x"), "differ in the class"),
        (lambda f: (f / "val/n00000003/more").mkdir(), "more is a folder in the folder of"),
        (lambda f: (f / "val/n00000003/more.jpg").mkdir(), "more.jpg is a folder in the folder"),
        (lambda f: os.mkfifo(f / "val/n00000003/pipe.jpg"), "pipe.jpg is no regular file"),
        (lambda f: os.mkfifo(f / "train/n00000003/pipe.jpg"), "pipe.jpg is no regular file"),
        (lambda f: (f / "val/n00000003/x.jpg").symlink_to("none"), "x.jpg is no regular file"),
        (lambda f: odd(f / "val/n00000003").touch(), r"val/n00000003/\\udce4.jpg.* in UTF-8"),
        (lambda f: odd(f / "train").mkdir(), r"train/\\udce4.jpg.*: the name is no text in UTF-8"),
        (lambda f: (f / "val/more").mkdir(), "val/more holds no image: the class is empty"),
    ],
)  # fmt: skip
def test_a_folder_that_is_incomplete_is_refused_with_the_place(folder, tmp_path, damage, message):
    damage(folder)
    with pytest.raises(ImageFolderError, match=message):
        prepared(folder, tmp_path)


def large_png(path, width, height):
    """Write a PNG file of a few bytes with a header of ``width`` x ``height`` pixels."""

    def chunk(kind, content):
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = b"" if width * height > 10**6 else zlib.compress(b"\0" * (width + 1) * height)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)


@pytest.mark.parametrize(
    ("width", "height", "reason"),
    [
        (30_000, 30_000, "exceeds limit"),
        (1, 20_000, "1 x 20000 pixels are too narrow to be resized to 147"),
        (20_000, 1, "20000 x 1 pixels are too narrow to be resized to 147"),
    ],
)
def test_an_image_that_is_too_large_is_refused_with_its_name(
    folder, tmp_path, width, height, reason
):
    path = folder / "val/n00000000/val_00000000.JPEG"
    large_png(path, width, height)
    images, _, _ = imagenet.data(prepared(folder, tmp_path), 128, None, 1)
    with pytest.raises(ImageFolderError, match=f"{path} is no readable image: .*{reason}"):
        images[0:1]


def test_a_damaged_image_is_refused_with_its_name(folder, tmp_path, monkeypatch):
    images, _, _ = imagenet.data(prepared(folder, tmp_path), 128, None, 1)

    def broken(*_):
        raise struct.error("unpack requires a buffer of 4 bytes")

    monkeypatch.setattr(imagenet.Image, "open", broken)
    with pytest.raises(ImageFolderError, match=r"val_00000000.JPEG is no readable image: unpack"):
        images[0:1]


def test_other_classes_and_too_few_images_are_refused(folder, tmp_path):
    with pytest.raises(ImageFolderError, match="has 10 classes, the checkpoint 1000"):
        prepared(folder, tmp_path, classes=1000)
    with pytest.raises(ImageFolderError, match=r"120 images; measurement.validation_images asks"):
        prepared(folder, tmp_path, validation=121)
    with pytest.raises(ImageFolderError, match=r"120 images; measurement.calibration_images asks"):
        prepared(folder, tmp_path, calibration=121)


def test_a_folder_without_train_is_refused_with_the_config(tmp_path):
    (tmp_path / "val").mkdir()
    with pytest.raises(ImageFolderError, match=r"supernet.imagenet: .* train/ is missing"):
        imagenet.fingerprint(tmp_path)


def test_a_pipe_in_the_place_of_an_image_is_refused(folder, tmp_path):
    images, _, _ = imagenet.data(prepared(folder, tmp_path), 128, None, 1)
    images.files[0].unlink()
    os.mkfifo(images.files[0])
    with pytest.raises(ImageFolderError, match=f"^{images.files[0]} is no readable image: .* pipe"):
        images[0:1]


def test_a_class_with_a_name_in_another_encoding_has_a_fingerprint(folder):
    before = imagenet.fingerprint(folder)
    odd(folder / "val").mkdir()
    assert imagenet.fingerprint(folder) != before


def test_a_path_that_is_too_long_is_no_folder():
    with pytest.raises(ImageFolderError, match="is no folder"):
        imagenet.listing(Path("x" * 300))
    with pytest.raises(ImageFolderError, match="must hold the folders train/ and val/"):
        imagenet.fingerprint(Path("x" * 300))


def test_a_new_file_changes_the_fingerprint(folder):
    before = imagenet.fingerprint(folder)
    assert imagenet.fingerprint(folder) == before
    (folder / "val/n00000002/more.JPEG").write_bytes(b"")
    assert imagenet.fingerprint(folder) != before


@pytest.mark.parametrize("name", ["validation.csv", "calibration.csv", "imagenet.json"])
def test_a_list_that_changed_after_its_preparation_is_refused(folder, tmp_path, name):
    out = prepared(folder, tmp_path)
    note(out, {})
    (out / name).write_text((out / name).read_text() + "\n")
    with pytest.raises(ChangedMeanwhile, match=f"{name} is not the file that was prepared"):
        imagenet.data(out, 32, None, 1)
