"""ImageNet in its usual folders: ``train/`` and ``val/``, each with a folder per class.

Validation images: the shorter side is resized to ceil(r / 0.875), then the r x r pixels in the
middle are taken. Calibration images, for the batch norm re-calibration: training images with the
augmentation of the training (random crop, flip, brightness, saturation). Both follow the released
Once-for-All. Random choices are drawn from a seed, so that all processes see equal images.
"""

import hashlib
import math
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from PIL import Image, ImageEnhance

from archfront.core.consistency import ChangedMeanwhile, prepared
from archfront.core.files import (
    check_regular,
    read_json,
    read_table,
    write_json,
    write_table,
    written_beside,
)
from archfront.core.registry import shown
from archfront.core.required import required

if TYPE_CHECKING:
    import torch

MEAN, STANDARD_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CALIBRATION_IMAGES, CALIBRATION_SEED = 2000, 937162211
"""Values of the released code. It chooses the images with torch's generator, like
:func:`prepare`."""
DECODING = (
    "Pillow; validation: shorter side to r / 0.875, bilinear, middle; calibration: as trained"
)
SUBSET_SEED = 20_220_224
SUFFIXES = {".jpeg", ".jpg", ".png", ".bmp", ".webp", ".ppm", ".pgm", ".tif", ".tiff"}
"""Endings of image files: those of torchvision's ``ImageFolder``."""
LARGEST = 178_956_970
"""Largest number of pixels of an image, as a file and when it is resized: Pillow's limit."""
PART = 500
"""Number of images in one file of the cache."""


class ImageFolderError(ValueError):
    """A problem of an image folder. The message names the problem and the place."""


# -- choice of images --------------------------------------------------------------------------


def listing(folder: Path) -> dict[str, list[str]]:
    """The names of the image files by class. Classes and files are sorted like in torchvision's
    ``ImageFolder``. ImageFolderError if the folder holds no class, if a class holds no image, a
    folder (``ImageFolder`` reads the images in it) or an image that is no regular file, and if a
    name is no text in UTF-8."""
    if not os.path.isdir(folder):
        raise ImageFolderError(f"{folder} is no folder; it must hold a folder of images per class")
    classes = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
    if not classes:
        raise ImageFolderError(f"{folder} holds no folder of images per class")
    found: dict[str, list[str]] = {}
    for name in classes:
        _check_name(folder / name)
        found[name] = []
        for entry in os.scandir(folder / name):
            if entry.is_dir():
                raise ImageFolderError(
                    f"{shown(entry.path)} is a folder in the folder of a class, which must hold "
                    f"image files; move its images to {folder / name}, or move it away"
                )
            if Path(entry.name).suffix.lower() in SUFFIXES:
                _check_name(Path(entry.path))
                if not entry.is_file():
                    raise ImageFolderError(f"{entry.path} is no regular file; move it away")
                found[name].append(entry.name)
        found[name].sort()
        if not found[name]:
            raise ImageFolderError(f"{folder / name} holds no image: the class is empty")
    return found


def _check_name(path: Path) -> None:
    """Raise ImageFolderError for a name that no table can hold."""
    try:
        path.name.encode()
    except UnicodeEncodeError:
        raise ImageFolderError(
            f"{shown(str(path))}: the name is no text in UTF-8; rename it"
        ) from None


def fingerprint(folder: Path) -> str:
    """Identity of an image folder. It changes when a class folder, or a file in one, is added or
    removed. The files themselves are not read. ImageFolderError without ``train/`` or ``val/``."""
    content = hashlib.sha256(os.fsencode(folder.resolve()))
    for split in ("train", "val"):
        if not os.path.isdir(folder / split):
            raise ImageFolderError(
                f"supernet.imagenet: {folder} must hold the folders train/ and val/, and in each a "
                f"folder of images per class; {split}/ is missing"
            )
        for entry in sorted(os.scandir(folder / split), key=lambda entry: entry.name):
            content.update(os.fsencode(f"{split}/{entry.name} {entry.stat().st_mtime_ns}"))
    return content.hexdigest()


def stratified(labels: np.ndarray, count: int) -> np.ndarray:
    """Sorted positions of a stratified subset of ``count`` images: int64 ``count``. The numbers of
    images of two classes differ by at most one (unless a class has too few images).

    The subset depends only on ``labels`` and ``count``. A smaller subset is part of a larger one.
    """
    rng = np.random.default_rng(SUBSET_SEED)
    order = rng.permutation(len(labels))
    rank = np.empty(len(labels), int)
    turn = rng.permutation(labels.max() + 1)
    for label in range(labels.max() + 1):
        members = order[labels[order] == label]
        rank[members] = np.arange(len(members))
    return np.sort(np.lexsort((turn[labels], rank))[:count])


def prepare(
    folder: Path, out: Path, classes: int, validation_images: int | None, calibration_images: int
) -> None:
    """Choose the images, and list them in ``validation.csv``, ``calibration.csv`` and
    ``imagenet.json`` in the folder ``out``. All validation images are used if
    ``validation_images`` is None.

    Raises :class:`ImageFolderError` for a folder that does not fit ``classes``, is incomplete, or
    has too few images.
    """
    import torch

    validation, train = listing(folder / "val"), listing(folder / "train")
    if len(validation) != classes:
        raise ImageFolderError(
            f"{folder / 'val'} has {len(validation)} classes, the checkpoint {classes} "
            "(supernet.classes)"
        )
    if list(validation) != list(train):
        odd = sorted(set(validation) ^ set(train))
        raise ImageFolderError(f"{folder}: train/ and val/ differ in the class {odd[0]!r}")
    files = [f"val/{name}/{file}" for name, inside in validation.items() for file in inside]
    labels = np.repeat(np.arange(classes), [len(inside) for inside in validation.values()])
    total = len(files)
    if validation_images is not None:
        _enough(folder / "val", total, validation_images, "measurement.validation_images")
        chosen = stratified(labels, validation_images)
        files, labels = [files[i] for i in chosen], labels[chosen]
    table = pd.DataFrame({"file": files, "label": labels})

    more = [f"train/{name}/{file}" for name, inside in train.items() for file in inside]
    _enough(folder / "train", len(more), calibration_images, "measurement.calibration_images")
    order = torch.randperm(len(more), generator=torch.Generator().manual_seed(CALIBRATION_SEED))
    calibration = pd.DataFrame({"file": [more[i] for i in order[:calibration_images].tolist()]})

    digests = []
    for part in (table, calibration):
        part["bytes"] = [os.stat(folder / file).st_size for file in part["file"]]
        digests.append(hashlib.sha256(part.to_csv(index=False).encode()).hexdigest())
    write_table(out / "validation.csv", table)
    write_table(out / "calibration.csv", calibration)
    write_json(
        out / "imagenet.json",
        {
            "folder": str(folder),
            "classes": classes,
            "validation_images": f"{len(files)} of {total}",
            "calibration_images": f"{calibration_images} of {len(more)}",
            "validation_digest": digests[0],
            "calibration_digest": digests[1],
            "digest": hashlib.sha256("".join(digests).encode()).hexdigest(),
        },
    )


def _enough(folder: Path, there: int, wanted: int, key: str) -> None:
    if wanted > there:
        raise ImageFolderError(f"{folder} has {there} images; {key} asks for {wanted}")


# -- pixels --------------------------------------------------------------------------------------


def validation_pixels(image: Image.Image, resolution: int, position: int = 0) -> Image.Image:
    """The middle of an image. It does not depend on ``position``. ValueError for an image whose
    resized form has more than :data:`LARGEST` pixels."""
    short = math.ceil(resolution / 0.875)
    width, height = image.size
    if width <= height:
        size = short, int(short * height / width)
    else:
        size = int(short * width / height), short
    if size[0] * size[1] > LARGEST:
        raise ValueError(f"{width} x {height} pixels are too narrow to be resized to {short}")
    image = image.resize(size, Image.Resampling.BILINEAR)
    left, top = round((size[0] - resolution) / 2), round((size[1] - resolution) / 2)
    return image.crop((left, top, left + resolution, top + resolution))


def calibration_pixels(image: Image.Image, resolution: int, position: int) -> Image.Image:
    """A random crop with a random flip, brightness and saturation. The random stream depends only
    on ``position``."""
    rng = np.random.default_rng([CALIBRATION_SEED, position])
    image = image.resize(
        (resolution, resolution), Image.Resampling.BILINEAR, box=_random_box(image.size, rng)
    )
    if rng.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    light = [
        (ImageEnhance.Brightness, rng.uniform(1 - 32 / 255, 1 + 32 / 255)),
        (ImageEnhance.Color, rng.uniform(0.5, 1.5)),
    ]
    for change, strength in light if rng.random() < 0.5 else reversed(light):
        image = change(image).enhance(strength)
    return image


def _random_box(size: tuple[int, int], rng: np.random.Generator) -> tuple[int, int, int, int]:
    """A random box (left, top, right, bottom) with 8 to 100 % of the area and sides 3:4 to 4:3. The
    middle of the image after ten draws that do not fit."""
    width, height = size
    for _ in range(10):
        area = width * height * rng.uniform(0.08, 1)
        ratio = math.exp(rng.uniform(math.log(3 / 4), math.log(4 / 3)))
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < w <= width and 0 < h <= height:
            left, top = int(rng.integers(width - w + 1)), int(rng.integers(height - h + 1))
            return left, top, left + w, top + h
    ratio = min(max(width / height, 3 / 4), 4 / 3)
    w, h = min(width, round(height * ratio)), min(height, round(width / ratio))
    left, top = (width - w) // 2, (height - h) // 2
    return left, top, left + w, top + h


def normalised(images: "torch.Tensor") -> "torch.Tensor":
    """The network's input from a uint8 tensor of images: a float32 tensor, channels last."""
    import torch

    mean = torch.tensor(MEAN, device=images.device).view(3, 1, 1) * 255
    scale = 1 / (torch.tensor(STANDARD_DEVIATION, device=images.device).view(3, 1, 1) * 255)
    batch = images.to(torch.float32, memory_format=torch.channels_last)
    return batch.sub_(mean).mul_(scale)


# -- decoded images --------------------------------------------------------------------------------


class Images:
    """The images of a list of files. It has a length; a slice of it is a uint8 array
    ``n x 3 x resolution x resolution``.

    sizes:   size of each file in bytes when it was listed. A file of another size raises
             ChangedMeanwhile. A file that is no image raises ImageFolderError.
    pixels:  function of an image, the resolution and the position that gives the pixels.
    folder:  cache of decoded images. With None, each slice is decoded when it is asked for, and the
             next slice of the same length while the caller works on it.
    workers: number of threads that decode.
    """

    def __init__(
        self,
        files: Sequence[Path],
        sizes: Sequence[int],
        pixels: Callable[[Image.Image, int, int], Image.Image],
        resolution: int,
        folder: Path | None,
        workers: int,
    ):
        self.files, self.sizes, self.pixels = files, sizes, pixels
        self.resolution, self.folder = resolution, folder
        self._pool = ThreadPoolExecutor(workers)
        self._ahead: dict[tuple[int, int], list[Future]] = {}

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, chosen: slice) -> np.ndarray:
        start, stop, _ = chosen.indices(len(self))
        if self.folder is not None:
            parts = range(start // PART, math.ceil(stop / PART))
            pieces = [
                self.part(p)[max(0, start - p * PART) : max(0, stop - p * PART)] for p in parts
            ]
            return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
        futures = self._ahead.pop((start, stop), None) or self._begin(start, stop)
        following = stop, min(stop + stop - start, len(self))
        self._ahead = {following: self._begin(*following)} if following[0] < len(self) else {}
        return np.stack([future.result() for future in futures])

    def part(self, number: int) -> np.ndarray:
        """The memory-mapped images of one file of the cache. The file is made if it is missing."""
        path = required(self.folder, "folder") / f"{number:05}.npy"
        if not path.exists():
            start, stop = number * PART, min((number + 1) * PART, len(self))
            decoded = np.stack([future.result() for future in self._begin(start, stop)])
            with written_beside(path) as beside, open(beside, "wb") as file:
                np.save(file, decoded)
        return np.load(path, mmap_mode="r")

    def _begin(self, start: int, stop: int) -> list[Future]:
        return [self._pool.submit(self._decode, position) for position in range(start, stop)]

    def _decode(self, position: int) -> np.ndarray:
        path = self.files[position]
        try:
            check_regular(path)
            size = path.stat().st_size
            with Image.open(path) as image:
                taken = self.pixels(image.convert("RGB"), self.resolution, position)
        except Exception as error:  # a damaged file may raise any exception
            raise ImageFolderError(f"{path} is no readable image: {error}") from error
        if size != self.sizes[position]:
            raise ChangedMeanwhile(f"{path} changed since the images were listed")
        return np.asarray(taken).transpose(2, 0, 1)


def data(
    folder: Path, resolution: int, cached: Path | None, workers: int
) -> tuple[Images, np.ndarray, Images]:
    """The validation images, their labels (int64), and the calibration images that :func:`prepare`
    listed in ``folder``. ``cached`` is the folder of the cache, or None."""
    digest = read_json(prepared(folder, "imagenet.json"))["digest"]
    return _data(folder, digest, resolution, cached, workers)


@cache
def _data(
    folder: Path, digest: str, resolution: int, cached: Path | None, workers: int
) -> tuple[Images, np.ndarray, Images]:
    facts = read_json(prepared(folder, "imagenet.json"))

    def images(table: pd.DataFrame, split: str, pixels: Callable) -> Images:
        name = f"{split}-{facts[f'{split}_digest'][:16]}-{resolution}"
        place = None if cached is None else cached / name
        files = [Path(facts["folder"]) / file for file in table["file"]]
        return Images(files, table["bytes"].tolist(), pixels, resolution, place, workers)

    validation = read_table(prepared(folder, "validation.csv"))
    calibration = read_table(prepared(folder, "calibration.csv"))
    return (
        images(validation, "validation", validation_pixels),
        validation["label"].to_numpy(),
        images(calibration, "calibration", calibration_pixels),
    )


def fill(sets: Sequence[Images]) -> None:
    """Decode the images that are missing in the cache. Raises RuntimeError, before it decodes a
    set, if the disk has too little space for it."""
    for images in sets:
        folder = required(images.folder, "folder")
        folder.mkdir(parents=True, exist_ok=True)
        numbers = range(math.ceil(len(images) / PART))
        missing = [n for n in numbers if not (folder / f"{n:05}.npy").exists()]
        needed = len(missing) * PART * 3 * images.resolution**2
        free = shutil.disk_usage(folder).free
        if needed > free:
            raise RuntimeError(
                f"{folder}: decoded images take {needed / 1e9:.1f} GB, the disk has "
                f"{free / 1e9:.1f} GB; name another supernet.cache, or none"
            )
        begin = time.monotonic()
        for done, number in enumerate(missing, 1):
            images.part(number)
            left = (time.monotonic() - begin) / done * (len(missing) - done)
            print(
                f"{folder.name}: {done} of {len(missing)} parts decoded, {left:.0f} s left",
                file=sys.stderr,
                flush=True,
            )
