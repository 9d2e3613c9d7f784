"""Super-networks that are one of OFA's elastic networks, whatever images they classify."""

from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from archfront.files import write_json
from archfront.measurement.platform import Platform
from archfront.space import Configuration
from archfront.supernets.supernet import SuperNetwork
from archfront.supernets.widths import resolution_indices, resolutions


class ImageClassifier(SuperNetwork):
    """Costs, measurement and export. Nothing here imports torch before it must.

    geometry:         of the network; its ``resolution`` holds where configurations have no ``r``.
    channels_round:   every number of channels is a multiple of it.
    validation_batch: images that are validated at a time.
    """

    channels_round: int = 8
    validation_batch: int = 250

    @abstractmethod
    def network(self):
        """The elastic torch module with its weights, loaded once."""

    @abstractmethod
    def data(self, settings: dict, resolution: int) -> tuple:
        """Validation images, their labels, calibration images, as :meth:`prepare_data` left them.

        Images have a length, and their slices are uint8 ``n x 3 x resolution x resolution``.
        """

    @staticmethod
    @abstractmethod
    def prepare(images):
        """uint8 tensor of images to the network's input."""

    def exact(self, objective: str, population: np.ndarray) -> np.ndarray:
        return dict(zip(("macs", "params"), self._costs(population), strict=True))[objective]

    def stage_features(self, population: np.ndarray) -> np.ndarray:
        parts = self._costs.parts(population).reshape(len(population), -1)
        sides = np.array(resolutions(self.space, self.geometry.resolution), float)
        side = sides[resolution_indices(self.space, population), None]
        return np.concatenate([parts, side, side**2], axis=1)

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
            data = {side: self.data(settings, side) for side in set(map(self.resolution, filled))}
            for configuration in filled:
                images = data[self.resolution(configuration)]
                subnetwork = self.extract(configuration)
                yield top1(subnetwork, *images, self.prepare, self.validation_batch)
        elif objective == "latency":
            subnetworks = [fold_batch_norm(self.extract(c)) for c in filled]
            sides = [self.resolution(configuration) for configuration in filled]
            shapes = [(platform.batch_size, 3, side, side) for side in sides]
            yield from latencies(subnetworks, shapes, platform, settings["latency_seconds"])
        else:
            raise ValueError(f"{type(self).__name__} cannot measure {objective!r}")

    def export(self, configuration: Configuration, folder: Path, settings: dict) -> dict:
        from archfront.measurement.top1 import calibration_batches
        from archfront.supernets.elastic_torch import recalibrate
        from archfront.supernets.export import write_subnetwork

        (filled,) = self.space.decode(self.space.encode([configuration]), fill=True)
        images, labels, calibration = self.data(settings, self.resolution(filled))
        subnetwork = self.extract(filled)
        recalibrate(subnetwork, calibration_batches(calibration, self.prepare))
        write_json(folder / "subnetwork.json", filled)
        return write_subnetwork(
            subnetwork,
            folder,
            images,
            labels,
            self.prepare,
            self.validation_batch,
            self.channels_round,
        )

    def resolution(self, configuration: Configuration) -> int:
        """Side of the images that a sub-network takes, in pixels."""
        return configuration["r"][0] if "r" in configuration else self.geometry.resolution

    def extract(self, configuration: Configuration):
        """The static sub-network (torch module), statistics not yet re-calibrated."""
        from archfront.supernets.elastic_torch import extract, use_torch_layers

        return use_torch_layers(extract(self.network(), configuration))
