"""Super-networks whose sub-networks are torch modules: their latency by archfront's protocol."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from archfront.core.platform import Platform
from archfront.core.space import Configuration
from archfront.core.supernet import Reading, SuperNetwork, middle
from archfront.core.types import Settings

if TYPE_CHECKING:
    from torch.nn import Module

    from archfront.evaluation.runtime import Inputs


class TimedModules(SuperNetwork):
    """Latency of torch modules. Torch is imported only in the methods that need it."""

    @abstractmethod
    def deployed(self, configuration: Configuration) -> "Module":
        """The sub-network as it is timed, in evaluation mode. Timing changes the module."""

    @abstractmethod
    def batches(
        self, configurations: list[Configuration], platform: Platform
    ) -> "Sequence[Inputs]":
        """One batch for each sub-network. Sub-networks may share a batch."""

    def latency_reference(self) -> Configuration:
        return middle(self)

    def latencies(
        self, configurations: list[Configuration], platform: Platform, settings: Settings
    ) -> Iterator[Reading]:
        """The latency of each sub-network, or of the reference network alone: see
        :mod:`archfront.evaluation.latency`."""
        modules = [self.deployed(configuration) for configuration in configurations]
        batches = self.batches(configurations, platform)
        if settings["reference"] is None:
            from archfront.evaluation.latency import time_reference

            return iter([time_reference(modules[0], batches[0], platform)])
        return self.timed(modules, batches, platform, settings)

    def timed(
        self,
        modules: "Sequence[Module]",
        batches: "Sequence[Inputs]",
        platform: Platform,
        settings: Settings,
    ) -> Iterator[Reading]:
        """The latency of each module, measured beside the reference network."""
        from archfront.evaluation.latency import latencies

        reference = self.latency_reference()
        (batch,) = self.batches([reference], platform)
        return latencies(
            modules,
            batches,
            self.deployed(reference),
            batch,
            settings["reference"],
            platform,
            settings["latency_seconds"],
            settings["latency_precision"],
        )
