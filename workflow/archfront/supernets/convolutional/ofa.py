"""The published Once-for-All super-networks on ImageNet, from a checkpoint and an image folder.

Top-1 and NASWOT need a checkpoint and the images. The other objectives do not: MACs and parameters
are closed forms, and the latency of a network does not depend on its weights.
"""

import sys
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from archfront.core.files import file_digest, read_json
from archfront.core.registry import ConfigError, shown
from archfront.core.required import required
from archfront.core.supernet import Reference
from archfront.supernets.checkpoint_file import checkpoint_file
from archfront.supernets.convolutional import inverted_residual, mobilenetv3, proxylessnas, resnet
from archfront.supernets.convolutional.image_classifier import ImageClassifier
from archfront.tasks import imagenet

if TYPE_CHECKING:
    from torch import Tensor

    from archfront.supernets.convolutional.elastic_torch import ElasticNetwork


MIRROR = "https://raw.githubusercontent.com/han-cai/files/master/ofa/ofa_nets/"
RESOLUTIONS = 128, 224
"""The smallest and the largest side of an image in the published training."""
SIDES = 32, 4096
"""The smallest and the largest side of an image."""
MOST_CLASSES, MOST_WORKERS = 1_000_000, 1000


class OnceForAll(ImageClassifier):
    """Options, all of them optional:

    checkpoint: path of the published weights; needed for top-1 and NASWOT.
    sha256:     required SHA-256 of the weights.
    imagenet:   folder with ``train/`` and ``val/``, a folder per class in each; needed for top-1
                and NASWOT.
    resolution: side of the images in pixels, from 32 to 4,096. With a list, or
                ``{first: 128, last: 224, step: 4}``, the resolution is an elastic parameter ``r``.
    classes:    number of classes of the checkpoint.
    cache:      folder for decoded images (3 x resolution^2 bytes each). Searches on the same images
                share it. Without it, images are decoded anew for each sub-network.
    workers:    number of threads that decode images.
    """

    name: str
    address: str
    family: ModuleType
    """The module with the search space and the costs of a geometry."""
    published: Callable
    """Function from a number of classes to the geometry of the published network."""
    validation_batch = 16

    def __init__(
        self,
        checkpoint: str | None = None,
        sha256: str | None = None,
        imagenet: str | None = None,
        resolution: int | list | dict = 224,
        classes: int = 1000,
        cache: str | None = None,
        workers: int = 4,
    ):
        for option, value, most in (
            ("classes", classes, MOST_CLASSES),
            ("workers", workers, MOST_WORKERS),
        ):
            if type(value) is not int or not 1 <= value <= most:
                raise ConfigError(
                    f"supernet.{option}: {shown(value)} is not allowed; an integer from 1 to "
                    f"{most:,}"
                )
        self.checkpoint = checkpoint_file(
            checkpoint,
            sha256,
            f"The weights of {self.name} are published at {self.address}; where there is a "
            "network, `snakemake --config supernet=embedded_mobilenetv3 -- results/checkpoints/"
            f"{self.name}` fetches them",
        )
        self.folder = None if imagenet is None else Path(imagenet)
        self.cache = None if cache is None else Path(cache)
        self.classes, self.workers = classes, workers
        self.resolutions = _resolutions(resolution)
        self.geometry = self.published(classes)
        self.space = self.family.search_space(self.geometry, self.resolutions)
        self._costs = self.family.Costs(self.space, self.geometry)

    def digest(self) -> str:
        if self.checkpoint is None:
            return f"{self.name}, untrained, {self.classes} classes"
        return file_digest(self.checkpoint)

    def context(self, objective: str, settings: dict) -> dict:
        if objective == "latency":
            return {}
        for option, value in (("checkpoint", self.checkpoint), ("imagenet", self.folder)):
            if value is None:
                raise ConfigError(
                    f"supernet.{option}: {self.name} needs it for {objective} (without it: "
                    "latency, macs, params)"
                )
        calibration = settings["calibration_images"] or imagenet.CALIBRATION_IMAGES
        if "data" in settings:
            data = read_json(Path(settings["data"]) / "imagenet.json")["digest"]
        else:  # the images are not listed yet: the fingerprint shows when to list them anew
            data = imagenet.fingerprint(required(self.folder, "supernet.imagenet"))
        return {
            "data": data,
            "split": "val",
            "images": settings["validation_images"] or "all",
            "calibration_images": calibration,
            "calibration_seed": imagenet.CALIBRATION_SEED,
            "decoding": imagenet.DECODING,
        } | self.arithmetic(settings, objective)

    def prepare_data(self, folder: Path, settings: dict) -> None:
        """Check the checkpoint; list the images; decode the images if ``cache`` is given."""
        outside = [r for r in self.resolutions if not RESOLUTIONS[0] <= r <= RESOLUTIONS[1]]
        if outside:
            print(
                f"warning: supernet.resolution: {outside} lies outside the published training "
                f"({RESOLUTIONS[0]} to {RESOLUTIONS[1]})",
                file=sys.stderr,
            )
        if self.checkpoint is not None:
            self.network()
            print(f"{self.checkpoint} fits {self.name}: SHA-256 {self.digest()}", file=sys.stderr)
        if self.folder is not None:
            imagenet.prepare(
                self.folder,
                folder,
                self.classes,
                settings["validation_images"],
                settings["calibration_images"] or imagenet.CALIBRATION_IMAGES,
            )
            if self.cache is not None:
                for resolution in self.resolutions:
                    images, _, calibration = self.data({"data": folder}, resolution)
                    imagenet.fill((images, calibration))

    def remarks(self, settings: dict) -> list[str]:
        """A remark for readers of top-1 if it is measured on a subset of the images."""
        images = settings["validation_images"]
        return [f"top-1 on a stratified subset of {images:,} images"] if images else []

    def data(
        self, settings: dict, resolution: int
    ) -> tuple[imagenet.Images, np.ndarray, imagenet.Images]:
        return imagenet.data(Path(settings["data"]), resolution, self.cache, self.workers)

    @staticmethod
    def prepare(images: "Tensor") -> "Tensor":
        return imagenet.normalised(images)

    def untrained(self) -> "ElasticNetwork":
        """The elastic torch module, with the same random weights each time."""
        import torch

        from archfront.supernets.convolutional.ofa_networks import elastic

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return elastic(self.geometry)

    def network(self) -> "ElasticNetwork":
        return self._network

    @cached_property
    def _network(self) -> "ElasticNetwork":
        from archfront.supernets.checkpoint import load

        network = self.untrained()
        if self.checkpoint is not None:
            load(self.checkpoint, network)
        return network


class MobileNetV3W10(OnceForAll):
    name = "ofa_mbv3_w1.0"
    address = MIRROR + "ofa_mbv3_d234_e346_k357_w1.0"
    family = inverted_residual
    published = staticmethod(partial(mobilenetv3.geometry, 1.0))

    def references(self) -> Iterator[Reference]:
        yield Reference(
            "first row of DyNAS-T's log mbnv3w10_evoga_acc.csv",
            {
                "ks": [5, 7, 5, 5, 3, 3, 3, 7, 5, 5, 3, 7, 7, 3, 3, 3, 5, 5, 5, 5],
                "e": [4, 3, 4, 4, 4, 6, 3, 4, 4, 3, 4, 3, 3, 6, 6, 6, 4, 3, 4, 4],
                "d": [2, 3, 2, 4, 3],
                "r": [224],
            },
            75.455,
        )


class MobileNetV3W12(OnceForAll):
    name = "ofa_mbv3_w1.2"
    address = MIRROR + "ofa_mbv3_d234_e346_k357_w1.2"
    family = inverted_residual
    published = staticmethod(partial(mobilenetv3.geometry, 1.2))

    def references(self) -> Iterator[Reference]:
        yield Reference(
            "WeakNAS, 800 queries",
            {
                "ks": [3, 5, 5, 5, 7, 5, 7, 3, 3, 7, 5, 7, 3, 3, 5, 5, 7, 5, 3, 5],
                "e": [4, 6, 4, 4, 4, 3, 4, 6, 4, 6, 6, 3, 6, 6, 6, 3, 6, 6, 4, 3],
                "d": [2, 4, 4, 4, 4],
                "r": [224],
            },
            78.70,
        )
        yield Reference(
            "WeakNAS, 1,000 queries",
            {
                "ks": [5, 3, 3, 3, 5, 5, 5, 3, 7, 5, 7, 5, 3, 5, 5, 3, 7, 5, 3, 5],
                "e": [3, 3, 4, 3, 4, 6, 4, 4, 4, 6, 6, 6, 6, 6, 6, 4, 6, 6, 6, 3],
                "d": [4, 3, 3, 3, 4],
                "r": [224],
            },
            78.71,
        )


class ProxylessNASW13(OnceForAll):
    name = "ofa_proxyless_w1.3"
    address = MIRROR + "ofa_proxyless_d234_e346_k357_w1.3"
    family = inverted_residual
    published = staticmethod(partial(proxylessnas.geometry, 1.3))


class ResNet50(OnceForAll):
    name = "ofa_resnet50"
    address = "https://huggingface.co/han-cai/ofa/resolve/main/ofa_supernet_resnet50"
    family = resnet
    published = staticmethod(resnet.geometry)


def _resolutions(given: int | list | dict) -> tuple[int, ...]:
    """Sides of images in pixels, in ascending order. ConfigError if ``given`` is not allowed."""
    if isinstance(given, dict) and set(given) != {"first", "last", "step"}:
        raise ConfigError(
            f"supernet.resolution: {shown(given)} is not allowed; a mapping has first, last and "
            "step"
        )
    if isinstance(given, dict):
        first, last, step = given["first"], given["last"], given["step"]
        allowed = _is_side(first) and _is_side(last) and type(step) is int and step > 0
        sides = list(range(first, last + 1, step)) if allowed else []
    else:
        sides = given if isinstance(given, list) else [given]
    if not sides or not all(map(_is_side, sides)) or sides != sorted(set(sides)):
        raise ConfigError(
            f"supernet.resolution: {shown(given)} is not allowed; pixels, from {SIDES[0]} to "
            f"{SIDES[1]:,}, in ascending order: one number, a list, or first, last and step"
        )
    return tuple(sides)


def _is_side(value: object) -> bool:
    return type(value) is int and SIDES[0] <= value <= SIDES[1]
