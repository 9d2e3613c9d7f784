"""Super-networks whose sub-networks are torch modules: their latency by archfront's protocol."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from archfront.core.platform import Platform
from archfront.core.required import required
from archfront.core.space import Configuration
from archfront.core.supernet import Reading, SuperNetwork, middle
from archfront.core.types import Settings

if TYPE_CHECKING:
    from torch.nn import Module

    from archfront.evaluation.runtime import Inputs

    Parts = Mapping[str, tuple[Module, Inputs]]
    """The parts of a sub-network that are timed one by one, each on a batch of its inputs."""


class TimedModules(SuperNetwork):
    """Latency of torch modules. Torch is imported only in the methods that need it."""

    @abstractmethod
    def parts(self, configurations: list[Configuration], platform: Platform) -> "list[Parts]":
        """The parts of each sub-network by name, in evaluation mode; all sub-networks have parts of
        the same names. The latency is the sum of those of the parts, such as an encoder and a
        decoder. A sub-network that is timed as a whole is one part. Timing changes the modules."""

    def latency_reference(self) -> Configuration:
        return middle(self)

    def latencies(
        self, configurations: list[Configuration], platform: Platform, settings: Settings
    ) -> Iterator[Reading]:
        """The latency of each sub-network, or of the reference network alone: see
        :mod:`archfront.evaluation.latency`. The parts of the reference network run in turn."""
        parts = self.parts(configurations, platform)
        if settings["reference"] is None:
            from archfront.evaluation.latency import time_reference
            from archfront.evaluation.runtime import in_turn

            yield time_reference(*in_turn([*parts[0].values()]), platform)
            return
        names = list(parts[0])
        runs = [run for own in parts for run in own.values()]
        share = settings | {"latency_seconds": settings["latency_seconds"] / len(names)}
        readings = self.timed(runs, platform, share)
        for _ in configurations:
            yield _together({name: next(readings) for name in names}, len(configurations))

    def timed(
        self, runs: "Sequence[tuple[Module, Inputs]]", platform: Platform, settings: Settings
    ) -> Iterator[Reading]:
        """The latency of each module on its inputs, measured beside the reference network."""
        from archfront.evaluation.latency import latencies
        from archfront.evaluation.runtime import in_turn

        (reference,) = self.parts([self.latency_reference()], platform)
        return latencies(
            [module for module, _ in runs],
            [inputs for _, inputs in runs],
            *in_turn([*reference.values()]),
            settings["reference"],
            platform,
            settings["latency_seconds"],
            settings["latency_precision"],
        )


def _together(readings: Mapping[str, Reading], count: int) -> Reading:
    """The reading of a sub-network from those of its parts. ``count``: number of sub-networks that
    were timed together. The spread is the sum of the spreads; the detail has the latency, the
    spread and the detail of each part."""
    parts = list(readings.values())
    if len(parts) == 1:
        return parts[0]
    detail: dict[str, object] = {}
    for name, reading in readings.items():
        detail |= {f"{name}_ms": reading.value, f"{name}_spread_ms": reading.spread}
        detail[name] = reading.detail
    return Reading(
        sum(required(part.value, "latency") for part in parts),
        sum(required(part.spread, "spread") for part in parts),
        started=parts[0].started,
        finished=parts[-1].finished,
        detail=detail | {"together": count},
    )
