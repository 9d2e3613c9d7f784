"""The embedded super-networks: genuine OFA networks, small, trained on drawn glyphs.

Their weights are shipped beside this file with a record of the training; ``snakemake
train_embedded_supernet`` and ``train_embedded_resnet`` train them again. Nothing here imports
torch before it must.
"""

import hashlib
import sys
from abc import abstractmethod
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from archfront.files import read_json, write_json, written_beside
from archfront.measurement.platform import Platform
from archfront.space import Configuration
from archfront.supernets import mobilenetv3, resnet
from archfront.supernets.supernet import SuperNetwork
from archfront.tasks import glyphs

FOLDER = Path(__file__).parent


class Embedded(SuperNetwork):
    """What the embedded super-networks share: images, weights, measurements, export.

    name:           of the weights ``<name>.pt`` and of their record ``<name>.json``.
    training:       the rule that makes them.
    channels_round: every number of channels is a multiple of it.
    """

    name: str
    training: str
    channels_round: int = 8

    def __init__(self):
        self._network = None

    @property
    def weights(self) -> Path:
        return FOLDER / f"{self.name}.pt"

    @property
    def record(self) -> Path:
        return FOLDER / f"{self.name}.json"

    @abstractmethod
    def untrained(self):
        """The elastic torch module before training."""

    def digest(self) -> str:
        return weights_digest(self.weights)

    def exact(self, objective: str, population: np.ndarray) -> np.ndarray:
        return dict(zip(("macs", "params"), self._costs(population), strict=True))[objective]

    def context(self, objective: str, settings: dict) -> dict:
        if objective != "top1":
            return {"resolution": glyphs.SIZE, "precision": "fp32"}
        return {
            "data": glyphs.masters_digest(),
            "split": "validation",
            "images": settings["validation_images"],
            "calibration_images": settings["calibration_images"],
            "resolution": glyphs.SIZE,
            "precision": "fp32",
        }

    def prepare_data(self, folder: Path, settings: dict) -> None:
        """Draw the images once, and say if they are not the ones that the weights know."""
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
        validation, labels = glyphs.images("validation", settings["validation_images"])
        calibration, _ = glyphs.images("calibration", settings["calibration_images"])
        with written_beside(folder / "glyphs.npz") as beside, open(beside, "wb") as file:
            np.savez(file, validation=validation, labels=labels, calibration=calibration)

    def measure(
        self,
        objective: str,
        configurations: list[Configuration],
        platform: Platform | None,
        settings: dict,
    ) -> Iterator:
        from archfront.measurement.latency import latencies
        from archfront.measurement.top1 import top1
        from archfront.supernets.elastic_torch import fold_batch_norm

        filled = self.space.decode(self.space.encode(configurations), fill=True)
        if objective == "top1":
            data = self.data(settings)
            for configuration in filled:
                yield top1(self.extract(configuration), *data, self.prepare)
        elif objective == "latency":
            subnetworks = [fold_batch_norm(self.extract(c)) for c in filled]
            shape = (platform.batch_size, 3, glyphs.SIZE, glyphs.SIZE)
            yield from latencies(subnetworks, shape, platform, settings["latency_seconds"])
        else:
            raise ValueError(f"the embedded super-networks cannot measure {objective!r}")

    def export(self, configuration: Configuration, folder: Path, settings: dict) -> dict:
        from archfront.measurement.top1 import calibration_batches
        from archfront.supernets.elastic_torch import recalibrate
        from archfront.supernets.export import write_subnetwork

        (filled,) = self.space.decode(self.space.encode([configuration]), fill=True)
        images, labels, calibration = self.data(settings)
        subnetwork = self.extract(filled)
        recalibrate(subnetwork, calibration_batches(calibration, self.prepare))
        write_json(folder / "subnetwork.json", filled)
        return write_subnetwork(
            subnetwork, folder, images, labels, self.prepare, self.channels_round
        )

    @staticmethod
    def data(settings: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Validation images, their labels, calibration images, as prepared."""
        with np.load(Path(settings["data"]) / "glyphs.npz") as data:
            return data["validation"], data["labels"], data["calibration"]

    def extract(self, configuration: Configuration):
        """The static sub-network (torch module), statistics not yet re-calibrated."""
        from archfront.supernets.elastic_torch import extract, use_torch_layers

        return use_torch_layers(extract(self.network(), configuration))

    def network(self):
        """The elastic torch module with the shipped weights, loaded once."""
        if self._network is None:
            import torch

            self._network = self.untrained()
            self._network.load_state_dict(torch.load(self.weights, weights_only=True))
        return self._network

    @staticmethod
    def prepare(images):
        """uint8 tensor of images to the network's input."""
        from archfront.supernets.embedded_network import prepare

        return prepare(images)


class EmbeddedMobileNetV3(Embedded):
    """20 kernel sizes, 20 expansion ratios, 5 depths; 32 x 32 pixels, 100 classes."""

    name = "embedded_mobilenetv3"
    training = "train_embedded_supernet"
    # Published strides: 2, 2, 2, 1, 2, which suit 224 pixels.
    geometry = mobilenetv3.Geometry(0.25, (2, 1, 2, 1, 1), glyphs.SIZE, len(glyphs.CLASSES))

    def __init__(self):
        super().__init__()
        self.space = mobilenetv3.search_space()
        self._costs = mobilenetv3.Costs(self.space, self.geometry)

    def untrained(self):
        from archfront.supernets.embedded_network import elastic_mobilenetv3

        return elastic_mobilenetv3(self.geometry)


class EmbeddedResNet(Embedded):
    """5 depths, 18 expansion ratios, 6 widths; 32 x 32 pixels, 100 classes."""

    name = "embedded_resnet"
    training = "train_embedded_resnet"
    channels_round = 1
    # An eighth of the published widths; the published stem has stride 2.
    geometry = resnet.Geometry(
        (0.65 / 8, 0.8 / 8, 1 / 8), channels_round, 1, glyphs.SIZE, len(glyphs.CLASSES)
    )

    def __init__(self):
        super().__init__()
        self.space = resnet.search_space(self.geometry)
        self._costs = resnet.Costs(self.space, self.geometry)

    def untrained(self):
        from archfront.supernets.embedded_network import elastic_resnet

        return elastic_resnet(self.geometry)


@cache
def weights_digest(weights: Path) -> str:
    """SHA-256 of the weights file."""
    return hashlib.sha256(weights.read_bytes()).hexdigest()
