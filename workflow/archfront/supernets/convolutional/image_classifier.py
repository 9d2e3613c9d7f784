"""Super-networks that are one of OFA's elastic networks, for any image classification task."""

import hashlib
import json
import sys
from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from archfront.core.files import write_json, written_beside
from archfront.core.platform import Platform
from archfront.core.required import required
from archfront.core.space import Configuration
from archfront.core.supernet import EXAMPLES, Reading
from archfront.core.types import Facts, Settings
from archfront.core.validation import precision_of
from archfront.measurement import per_example
from archfront.measurement.claims import claimed
from archfront.supernets.convolutional import inverted_residual, resnet
from archfront.supernets.convolutional.widths import resolution_indices, resolutions
from archfront.supernets.timed import TimedModules

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

    from archfront.evaluation.image_cache import Images
    from archfront.supernets.convolutional.elastic_torch import ElasticNetwork
    from archfront.supernets.timed import Parts

    Data = tuple[Images, np.ndarray, Images]


class ImageClassifier(TimedModules):
    """Costs, measurement and export. Torch is imported only in the methods that need it.

    geometry:         geometry of the network. Its ``resolution`` applies if configurations have no
                      ``r``.
    channels_round:   divisor of every number of channels.
    validation_batch, validation_batch_gpu: images per validation batch on a processor, on a GPU.
    """

    channels_round: int = 8
    validation_batch: int = 250
    validation_batch_gpu: int = 500

    geometry: inverted_residual.Geometry | resnet.Geometry
    _costs: inverted_residual.Costs | resnet.Costs

    @abstractmethod
    def network(self) -> "ElasticNetwork":
        """The elastic torch module with its weights, loaded once."""

    @abstractmethod
    def data(self, settings: Settings, resolution: int) -> "Data":
        """Validation images, their labels, calibration images, as :meth:`prepare_data` left them.

        The slices of the images are uint8 ``n x 3 x resolution x resolution``.
        """

    @staticmethod
    @abstractmethod
    def prepare(images: "Tensor") -> "Tensor":
        """The network's input for a uint8 tensor of images."""

    def exact(self, objective: str, population: np.ndarray) -> np.ndarray:
        if objective == "peak_memory":
            return self._costs.peak_memory(population)
        return dict(zip(("macs", "params"), self._costs(population), strict=True))[objective]

    def stage_features(self, population: np.ndarray) -> np.ndarray:
        parts = self._costs.parts(population).reshape(len(population), -1)
        sides = np.array(resolutions(self.space, self.geometry.resolution), np.float64)
        side = sides[resolution_indices(self.space, population), None]
        return np.concatenate([parts, side, side**2], axis=1)

    def blocks(self, population: np.ndarray) -> np.ndarray:
        return self._costs.blocks(population)

    def measure_blocks(
        self, numbers: list[int], platform: Platform, settings: Settings
    ) -> Iterator[Reading]:
        from archfront.evaluation.runtime import random_batch

        runs: list[tuple[Module, Tensor]] = []
        owners: list[int] = []
        for number, (parts, sizes) in zip(numbers, self._examples(numbers), strict=True):
            batches = [random_batch((platform.batch_size, *shape[1:])) for shape in sizes]
            runs += zip(parts, batches, strict=True)
            owners += [number] * len(parts)
        readings = [*self.timed(runs, platform, settings)]
        for number in numbers:
            own = [r for r, owner in zip(readings, owners, strict=True) if owner == number]
            value = sum(required(r.value, "latency") for r in own)
            spread = sum(required(r.spread, "spread") for r in own)
            yield Reading(value, spread, started=own[0].started, finished=own[0].finished)

    def _examples(self, numbers: list[int]) -> "list[tuple[list[Module], list[tuple[int, ...]]]]":
        """For each kind of block: the modules of an example, and their input shapes at batch 1.

        RuntimeError if none of :data:`EXAMPLES` random sub-networks has a block of some kind.
        """
        from archfront.supernets.convolutional.elastic_torch import blocks_of, input_shapes

        found: dict[int, tuple[list[Module], list[tuple[int, ...]]]] = {}
        population = self.space.sample(min(EXAMPLES, self.space.size), 0)
        for row, configuration in zip(
            self.blocks(population), self.space.decode(population, fill=True), strict=True
        ):
            there = [int(number) for number in row if number >= 0]
            new = {number for number in numbers if number in there} - set(found)
            if new:
                subnetwork, side = self.deployed(configuration), self.resolution(configuration)
                blocks = blocks_of(subnetwork, len(there) - 1)
                shapes = input_shapes(subnetwork, (1, 3, side, side))
                for number in new:
                    modules = blocks[there.index(number)]
                    found[number] = modules, [shapes[module] for module in modules]
        missing = set(numbers) - set(found)
        if missing:
            raise RuntimeError(f"no sub-network of {EXAMPLES} has the blocks {sorted(missing)}")
        return [found[number] for number in numbers]

    def qualities(
        self, configurations: list[Configuration], settings: Settings
    ) -> Iterator[Reading]:
        from archfront.evaluation.image_cache import kept_on
        from archfront.evaluation.top1 import top1

        device, precision = settings["validation_device"], precision_of(settings)
        data = {}
        for side in set(map(self.resolution, configurations)):
            validation, labels, calibration = self.data(settings, side)
            data[side] = kept_on(device, validation), labels, kept_on(device, calibration)
        batch, path = self._batch_on(device), self._answers_of_the_largest(settings)
        largest = np.load(path, mmap_mode="r") if path is not None and path.exists() else None
        for configuration in configurations:
            kept = data[self.resolution(configuration)]
            subnetwork = self.extract(configuration)
            yield top1(subnetwork, *kept, self.prepare, batch, device, precision, largest)

    def _batch_on(self, device: str) -> int:
        return self.validation_batch if device == "cpu" else self.validation_batch_gpu

    def _answers_of_the_largest(self, settings: Settings) -> Path | None:
        """Path of the log-probabilities of the largest sub-network for the validation images, in
        the store; None without a store."""
        if "store" not in settings:
            return None
        told = json.dumps([self.digest(), self.context("top1", settings)], sort_keys=True)
        name = hashlib.sha256(told.encode()).hexdigest()
        return Path(settings["store"], per_example.FOLDER, f"largest-{name}.npy")

    def before_measuring(self, objective: str, settings: Settings) -> None:
        """Validate the largest sub-network, unless the store has its answers: those of others are
        compared with them, image by image. Where that fails, a warning says so."""
        path = self._answers_of_the_largest(settings) if objective == "top1" else None
        if path is None or path.exists():
            return
        from archfront.evaluation.image_cache import kept_on
        from archfront.evaluation.top1 import log_probabilities

        _, configuration = self.space.decode(self.space.extremes())
        device, precision = settings["validation_device"], precision_of(settings)
        with claimed(path.parents[1], [path.stem.removeprefix("largest-")]):
            if path.exists():
                return
            print("Top-1 accuracy: validating the largest sub-network", file=sys.stderr)
            try:
                validation, _, calibration = self.data(settings, self.resolution(configuration))
                found = log_probabilities(
                    self.extract(configuration),
                    kept_on(device, validation),
                    kept_on(device, calibration),
                    self.prepare,
                    self._batch_on(device),
                    device,
                    precision,
                )
            except (RuntimeError, MemoryError, OSError, ValueError) as error:
                # A GPU without enough memory, an image that cannot be read.
                told = f"the largest sub-network cannot be validated ({error})"
                print(f"warning: {told}: no record says how others differ", file=sys.stderr)
                return
            with written_beside(path) as beside, open(beside, "wb") as file:
                np.save(file, found)

    def scores(self, configurations: list[Configuration], settings: Settings) -> Iterator[Reading]:
        import torch

        from archfront.evaluation.naswot import IMAGES, naswot

        for configuration in configurations:
            _, _, calibration = self.data(settings, self.resolution(configuration))
            images = torch.from_numpy(np.array(calibration[:IMAGES]))
            yield naswot(self.extract(configuration), self.prepare(images))

    def parts(self, configurations: list[Configuration], platform: Platform) -> "list[Parts]":
        """Each sub-network as a whole. Sub-networks of one resolution share a batch of images."""
        from archfront.evaluation.runtime import random_batch

        sides = [self.resolution(configuration) for configuration in configurations]
        shapes = {side: (platform.batch_size, 3, side, side) for side in sides}
        batches = {side: random_batch(shape) for side, shape in shapes.items()}
        modules = map(self.deployed, configurations)
        return [{"whole": (m, batches[side])} for m, side in zip(modules, sides, strict=True)]

    def export(self, configuration: Configuration, folder: Path, settings: Settings) -> Facts:
        from archfront.evaluation.batch_norm import recalibrate
        from archfront.evaluation.top1 import calibration_batches
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
        """Side of the images of a sub-network, in pixels."""
        if "r" in configuration:
            return int(configuration["r"][0])
        return required(self.geometry.resolution, "resolution")

    def extract(self, configuration: Configuration) -> "Module":
        """The static sub-network (torch module), before batch norm re-calibration."""
        from archfront.supernets.convolutional.elastic_torch import extract, use_torch_layers

        (filled,) = self.space.decode(self.space.encode([configuration]), fill=True)
        return use_torch_layers(extract(self.network(), filled))

    def deployed(self, configuration: Configuration) -> "Module":
        """The static sub-network as it is deployed: with folded batch norm."""
        from archfront.evaluation.batch_norm import fold_batch_norm

        return fold_batch_norm(self.extract(configuration))
