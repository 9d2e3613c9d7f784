"""A small folder of real images in ImageNet's layout, and checkpoints in the published layout.

``python tests/helpers/image_folder.py FOLDER`` writes both, for ``experiments/ofa_smoke.yaml``.
"""

import sys
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from archfront.supernets.registry import SUPERNETS, supernet
from archfront.tasks import glyphs

CLASSES = 10
PUBLISHED = [name for name in SUPERNETS if name.startswith("ofa_")]
drawn = cache(glyphs.images)


def write_images(folder: Path, per_class: int = 12) -> Path:
    """JPEGs of several sizes and shapes, one grey and one PNG among them."""
    rng = np.random.default_rng(0)
    for split, name in (("train", "calibration"), ("val", "validation")):
        pixels, labels = drawn(name, per_class * len(glyphs.CLASSES))
        for label in range(CLASSES):
            place = folder / split / f"n{label:08}"
            place.mkdir(parents=True)
            for number, row in enumerate(np.flatnonzero(labels == label)[:per_class]):
                size = tuple(int(side) for side in rng.integers(130, 260, 2))
                image = Image.fromarray(pixels[row].transpose(1, 2, 0)).resize(size)
                if number == 1:
                    image = image.convert("L")
                kind = "PNG" if number == 2 else "JPEG"
                image.save(place / f"{split}_{number:08}.JPEG", kind)
    return folder


def write_many_classes(folder: Path, classes: int) -> Path:
    """One small image per class and split."""
    rng = np.random.default_rng(0)
    for split in ("train", "val"):
        for label in range(classes):
            place = folder / split / f"n{label:08}"
            place.mkdir(parents=True)
            pixels = rng.integers(0, 256, (32, 40, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(place / f"{split}_{label:08}.JPEG", "JPEG")
    return folder


def write_checkpoint(path: Path, name: str, classes: int = CLASSES, legacy: bool = False) -> Path:
    """Random weights under the published names."""
    import torch

    state = supernet({"name": name, "classes": classes}).untrained().state_dict()
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"state_dict": state}, path, _use_new_zipfile_serialization=not legacy)
    return path


if __name__ == "__main__":
    target = Path(sys.argv[1])
    write_images(target / "images")
    for published in PUBLISHED:
        write_checkpoint(target / f"{published}.pt", published)
