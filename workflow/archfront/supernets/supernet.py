"""What a super-network is to archfront: a search space, and answers about its sub-networks."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from archfront.measurement.platform import Platform
from archfront.measurement.validation import precision_of
from archfront.space import Configuration, SearchSpace

EXAMPLES = 5_000
"""Random sub-networks among which each kind of block is looked for."""


@dataclass(frozen=True)
class Reference:
    """A sub-network whose top-1 (%) somebody published."""

    source: str
    configuration: Configuration
    top1: float


class SuperNetwork(ABC):
    """Extend this to bring your own; name it in the config as ``package.module:Class``.

    Making an object and asking for its space, digest, context and exact objectives must be cheap:
    it happens in every job. Import torch only in :meth:`measure` and :meth:`prepare_data`.
    """

    space: SearchSpace
    measures: tuple[str, ...] | None = None
    """The built-in objectives that :meth:`measure` answers; None where nothing is said."""

    @abstractmethod
    def digest(self) -> str:
        """Identity of the weights and code: other digest, other measurements."""

    @abstractmethod
    def exact(self, objective: str, population: np.ndarray) -> np.ndarray:
        """``"macs"`` or ``"params"`` of each row, in millions: float64 ``n``; of those who want it
        as an objective or a bound also ``"peak_memory"`` in kB."""

    @abstractmethod
    def measure(
        self,
        objective: str,
        configurations: list[Configuration],
        platform: Platform | None,
        settings: dict,
    ) -> Iterable:
        """One float (or :class:`~archfront.measurement.measure.Reading`) per configuration, in
        order, in the objective's unit, each as soon as it is there; NaN marks a failure.

        Configurations are canonical: None where a parameter is inactive. ``platform`` is None for
        objectives that do not depend on one. ``settings`` is the config's ``measurement`` part.
        """

    def stage_features(self, population: np.ndarray) -> np.ndarray | None:
        """What each stage is made of, in closed form (MACs, activations, weights, depth ...), for
        predictors of latency: float64 ``n x f``, or None where nothing of the kind is known."""
        return None

    def blocks(self, population: np.ndarray) -> np.ndarray | None:
        """Which kinds of blocks each sub-network is made of, as numbers from 0 in any order, -1 for
        none: int64 ``n x b``; or None where nothing of the kind is known."""
        return None

    def measure_blocks(self, numbers: list[int], platform: Platform, settings: dict) -> Iterable:
        """The latency of each of these kinds of blocks by itself, in ms: as :meth:`measure`."""
        raise NotImplementedError(f"{type(self).__name__} has no blocks to measure")

    def latency_reference(self) -> Configuration | None:
        """A canonical configuration that is timed beside all others, so that their latencies can be
        compared; None where :meth:`measure` does without. What it is alone, in ms, comes to
        :meth:`measure` as ``settings["reference"]``, None while that is what is asked for."""
        return None

    def context(self, objective: str, settings: dict) -> dict:
        """What else the value depends on (digests of data and subset, resolution, precision)."""
        return {}

    @staticmethod
    def arithmetic(settings: dict, objective: str) -> dict:
        """What an objective is computed in, for the keys of measurements; a processor goes without
        saying, since all of them are alike on one thread. Only top-1 has a precision of its own."""
        device = settings["validation_device"].partition(":")[0]
        precision = precision_of(settings) if objective == "top1" else "fp32"
        return {"precision": precision} | ({} if device == "cpu" else {"device": device})

    def export(self, configuration: Configuration, folder: Path, settings: dict) -> dict:
        """Write the sub-network to ``folder``, ready to deploy; returns what was checked.

        A super-network that is more than numbers overrides this.
        """
        raise NotImplementedError(f"{type(self).__name__} has no sub-networks to export")

    def prepare_data(self, folder: Path, settings: dict) -> None:  # noqa: B027 (optional)
        """Put what the measurements read into ``folder``, once per experiment; it exists."""

    def references(self) -> Iterable[Reference]:
        """What ``snakemake check_supernet`` compares with."""
        return ()

    def remarks(self, settings: dict) -> list[str]:
        """What a reader of the results must know, e.g. that top-1 is taken on a subset."""
        return []


def middle(supernet: SuperNetwork) -> Configuration:
    """A sub-network that is neither small nor large, and so slows down as most do."""
    some = supernet.space.sample(min(101, supernet.space.size), 0)
    row = np.argsort(supernet.exact("macs", some), kind="stable")[len(some) // 2]
    return supernet.space.decode(some[row : row + 1])[0]
