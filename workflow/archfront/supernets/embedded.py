"""The embedded super-network: genuine OFA MobileNetV3, small, trained on drawn glyphs.

Its weights are shipped beside this file with a record of the training; ``snakemake
train_embedded_supernet`` trains them again. Nothing here imports torch before it must.
"""

import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from archfront.files import read_json, write_json, written_beside
from archfront.measurement.platform import Platform
from archfront.space import Configuration
from archfront.supernets.mobilenetv3 import Costs, Geometry, search_space
from archfront.supernets.supernet import SuperNetwork
from archfront.tasks import glyphs

WEIGHTS = Path(__file__).with_name("embedded_mobilenetv3.pt")
RECORD = WEIGHTS.with_suffix(".json")
STRIDES = (2, 1, 2, 1, 1)
"""Of the first block of each elastic stage; published: 2, 2, 2, 1, 2, which suits 224 pixels."""
GEOMETRY = Geometry(0.25, STRIDES, glyphs.SIZE, len(glyphs.CLASSES))


class EmbeddedMobileNetV3(SuperNetwork):
    """20 kernel sizes, 20 expansion ratios, 5 depths; 32 x 32 pixels, 100 classes."""

    def __init__(self, weights: Path = WEIGHTS):
        self.space = search_space()
        self.weights = weights
        self._costs = Costs(self.space, GEOMETRY)
        self._network = None

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
        trained_on = read_json(RECORD)["data_digest"]
        drawn = glyphs.masters_digest()
        if drawn != trained_on:
            print(
                f"warning: this machine's font renderer draws other glyphs ({drawn[:12]}) than the "
                f"embedded weights were trained on ({trained_on[:12]}). Everything works, but "
                "top-1 is a little lower and not comparable with other machines. Install the "
                "versions of Pillow and matplotlib pinned in envs/requirements.txt, or train the "
                "weights again: snakemake train_embedded_supernet",
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
            raise ValueError(f"the embedded super-network cannot measure {objective!r}")

    def export(self, configuration: Configuration, folder: Path, settings: dict) -> dict:
        from archfront.measurement.top1 import calibration_batches
        from archfront.supernets.elastic_torch import recalibrate
        from archfront.supernets.export import write_subnetwork

        (filled,) = self.space.decode(self.space.encode([configuration]), fill=True)
        images, labels, calibration = self.data(settings)
        subnetwork = self.extract(filled)
        recalibrate(subnetwork, calibration_batches(calibration, self.prepare))
        write_json(folder / "subnetwork.json", filled)
        return write_subnetwork(subnetwork, folder, images, labels, self.prepare)

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

            from archfront.supernets.embedded_network import elastic_network

            self._network = elastic_network(len(glyphs.CLASSES), STRIDES)
            self._network.load_state_dict(torch.load(self.weights, weights_only=True))
        return self._network

    @staticmethod
    def prepare(images):
        """uint8 tensor of images to the network's input."""
        from archfront.supernets.embedded_network import prepare

        return prepare(images)


@cache
def weights_digest(weights: Path) -> str:
    """SHA-256 of the weights file."""
    return hashlib.sha256(weights.read_bytes()).hexdigest()
