"""The embedded super-networks: genuine OFA networks, small, trained on drawn glyphs.

Their weights are shipped beside this file with a record of the training. ``snakemake
train_embedded_supernet`` and ``train_embedded_resnet`` train them again. Torch is imported only in
methods that need it.
"""

import sys
from abc import abstractmethod
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from archfront.core.consistency import prepared
from archfront.core.files import file_digest, read_json, write_json, written_beside
from archfront.core.space import Configuration
from archfront.core.types import Settings
from archfront.supernets.checkpoint_file import checkpoint_file
from archfront.supernets.convolutional import inverted_residual, mobilenetv3, resnet
from archfront.supernets.convolutional.image_classifier import ImageClassifier
from archfront.tasks import glyphs

if TYPE_CHECKING:
    from torch import Tensor

    from archfront.supernets.convolutional.elastic_torch import ElasticNetwork
    from archfront.supernets.convolutional.image_classifier import Data

FOLDER = Path(__file__).parent
VALIDATION_IMAGES, CALIBRATION_IMAGES = 5000, 600
"""Default numbers of images for validation and for batch norm re-calibration."""


class Embedded(ImageClassifier):
    """Images and weights of the embedded vision super-networks.

    name:     of the files ``<name>.pt`` (weights) and ``<name>.json`` (record of the training).
    training: the Snakemake rule that makes the weights.

    Option ``checkpoint``: path of other weights, such as :meth:`fine_tune` writes; None for the
    shipped ones.
    """

    name: str
    training: str

    def __init__(self, checkpoint: str | None = None) -> None:
        given = checkpoint_file(checkpoint, None, "Leave it out for the shipped weights")
        self.weights = given or self.shipped

    @property
    def shipped(self) -> Path:
        return FOLDER / f"{self.name}.pt"

    @property
    def record(self) -> Path:
        return FOLDER / f"{self.name}.json"

    @abstractmethod
    def untrained(self) -> "ElasticNetwork":
        """The elastic torch module before training."""

    def digest(self) -> str:
        return file_digest(self.weights)

    def context(self, objective: str, settings: dict) -> dict:
        if objective == "latency":
            return {"resolution": glyphs.SIZE}
        validation, calibration = _counts(settings)
        return {
            "data": glyphs.masters_digest(),
            "split": "validation",
            "images": validation,
            "calibration_images": calibration,
            "resolution": glyphs.SIZE,
        } | self.arithmetic(settings, objective)

    def prepare_data(self, folder: Path, settings: dict) -> None:
        """Check other weights than the shipped ones; draw the images; warn if this machine draws
        other glyphs than the shipped weights were trained on."""
        if self.weights != self.shipped:
            self.network()
        trained_on = read_json(self.record)["data_digest"]
        drawn = glyphs.masters_digest()
        if drawn != trained_on:
            print(
                f"warning: this machine's font renderer draws other glyphs ({drawn[:12]}) than the "
                f"embedded weights were trained on ({trained_on[:12]}). Everything works, but "
                "top-1 is a little lower and not comparable with other machines. Install the "
                "versions of Pillow and matplotlib pinned in envs/requirements.txt, or train the "
                f"weights again: snakemake {self.training}",
                file=sys.stderr,
            )
        write_json(folder / "glyphs.json", {"drawn": drawn, "trained_on": trained_on})
        images, more = _counts(settings)
        validation, labels = glyphs.images("validation", images)
        calibration, _ = glyphs.images("calibration", more)
        with written_beside(folder / "glyphs.npz") as beside, open(beside, "wb") as file:
            np.savez(file, validation=validation, labels=labels, calibration=calibration)

    def data(self, settings: dict, resolution: int) -> "Data":
        with np.load(prepared(settings["data"], "glyphs.npz")) as data:
            return data["validation"], data["labels"], data["calibration"]

    def fine_tune(
        self,
        configurations: list[Configuration],
        steps: int,
        seed: int,
        weights: Path,
        state: Path,
        settings: Settings,
    ) -> None:
        from archfront.supernets.embedded.vision_training import fine_tune

        filled = self.space.decode(self.space.encode(configurations), fill=True)
        fine_tune(self, filled, steps, seed, weights, state, settings["validation_device"])

    def network(self) -> "ElasticNetwork":
        return self._network

    @cached_property
    def _network(self) -> "ElasticNetwork":
        from archfront.supernets.checkpoint import load

        network = self.untrained()
        load(self.weights, network)
        return network

    @staticmethod
    def prepare(images: "Tensor") -> "Tensor":
        """uint8 images to the network's input: float32, about -2 to 2, channels last."""
        import torch

        batch = (images.float() - 127.5) / 64
        return batch.contiguous(memory_format=torch.channels_last)


def _counts(settings: dict) -> tuple[int, int]:
    """Numbers of images for validation and for batch norm re-calibration."""
    return (
        settings["validation_images"] or VALIDATION_IMAGES,
        settings["calibration_images"] or CALIBRATION_IMAGES,
    )


class EmbeddedMobileNetV3(Embedded):
    """20 kernel sizes, 20 expansion ratios, 5 depths; 32 x 32 pixels, 100 classes."""

    name = "embedded_mobilenetv3"
    training = "train_embedded_supernet"
    # Published strides: 2, 2, 2, 1, 2, which suit 224 pixels.
    geometry = mobilenetv3.geometry(0.25, len(glyphs.CLASSES), (2, 1, 2, 1, 1), glyphs.SIZE)

    def __init__(self, checkpoint: str | None = None) -> None:
        super().__init__(checkpoint)
        self.space = inverted_residual.search_space(self.geometry)
        self._costs = inverted_residual.Costs(self.space, self.geometry)

    def untrained(self) -> "ElasticNetwork":
        from archfront.supernets.convolutional.ofa_networks import elastic

        return elastic(self.geometry)


class EmbeddedResNet(Embedded):
    """5 depths, 18 expansion ratios, 6 widths; 32 x 32 pixels, 100 classes."""

    name = "embedded_resnet"
    training = "train_embedded_resnet"
    channels_round = 1
    # An eighth of the published widths; the published stem has stride 2.
    geometry = resnet.Geometry(
        (0.65 / 8, 0.8 / 8, 1 / 8), channels_round, 1, len(glyphs.CLASSES), glyphs.SIZE
    )

    def __init__(self, checkpoint: str | None = None) -> None:
        super().__init__(checkpoint)
        self.space = resnet.search_space(self.geometry)
        self._costs = resnet.Costs(self.space, self.geometry)

    def untrained(self) -> "ElasticNetwork":
        from torch import nn

        from archfront.supernets.convolutional.ofa_networks import elastic

        network = elastic(self.geometry)
        for block in network.get_submodule("blocks").children():
            # A block starts as its short cut. Otherwise training stays at chance for a long time.
            nn.init.zeros_(block.get_parameter("conv3.bn.bn.weight"))
        return network
