"""Super-networks whose sub-networks are torch modules: the values that are measured on modules."""

import inspect
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from archfront.core.objective import Objective, PartLatency
from archfront.core.plain import PluginError
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
    """Latency of torch modules and of their parts. Torch is imported only in the methods that need
    it.

    quality: the objective that :meth:`qualities` measures: the name of a built-in one, or an
             :class:`~archfront.core.objective.Objective` of the class.
    """

    quality: str | Objective = "top1"

    def __init_subclass__(cls, **options: object) -> None:
        """``measures`` of a subclass follows from ``quality``, :meth:`scores` and the latencies of
        parts that are its attributes."""
        super().__init_subclass__(**options)
        scored = ["naswot"] if cls.scores is not TimedModules.scores else []
        attributes = (value for _, value in inspect.getmembers_static(cls))
        parts = [value.name for value in attributes if isinstance(value, PartLatency)]
        cls.measures = (cls._quality(), "latency", *scored, *parts)

    @classmethod
    def _quality(cls) -> str:
        return cls.quality if isinstance(cls.quality, str) else cls.quality.name

    @abstractmethod
    def qualities(
        self, configurations: list[Configuration], settings: Settings
    ) -> Iterator[float | Reading]:
        """The quality of each sub-network."""

    def scores(self, configurations: list[Configuration], settings: Settings) -> Iterator[Reading]:
        """The NASWOT score of each sub-network, where a subclass has this method."""
        raise NotImplementedError(f"{type(self).__name__} has no NASWOT score")

    def measure(
        self,
        objective: str,
        configurations: list[Configuration],
        platform: Platform | None,
        settings: Settings,
    ) -> Iterator[float | Reading]:
        known = required(self.measures, "measures")
        if objective not in known:
            measured = ", ".join(known)
            raise ValueError(f"{type(self).__name__} measures {measured}, not {objective}")
        if objective == self._quality():
            yield from self.qualities(configurations, settings)
        elif objective == "naswot":
            yield from self.scores(configurations, settings)
        else:
            part = objective.removesuffix("latency").removesuffix("_")
            place = required(platform, "platform")
            yield from self.latencies(configurations, place, settings, part)

    @abstractmethod
    def parts(self, configurations: list[Configuration], platform: Platform) -> "list[Parts]":
        """The parts of each sub-network by name, in evaluation mode; all sub-networks have parts of
        the same names. The latency is the sum of those of the parts, such as an encoder and a
        decoder. A sub-network that is timed as a whole is one part. Timing changes the modules."""

    def latency_reference(self) -> Configuration:
        return middle(self)

    def latencies(
        self,
        configurations: list[Configuration],
        platform: Platform,
        settings: Settings,
        part: str = "",
    ) -> Iterator[Reading]:
        """The latency of each sub-network, or of the reference network alone: see
        :mod:`archfront.evaluation.latency`. The parts of the reference network run in turn. With
        ``part``, the latency of this part alone."""
        parts = self._parts(configurations, platform, part)
        if settings["reference"] is None:
            from archfront.evaluation.latency import time_reference
            from archfront.evaluation.runtime import in_turn

            yield time_reference(*in_turn([*parts[0].values()]), platform)
            return
        names = list(parts[0])
        runs = [run for own in parts for run in own.values()]
        share = settings | {"latency_seconds": settings["latency_seconds"] / len(names)}
        readings = self.timed(runs, platform, share, part)
        for _ in configurations:
            yield _together({name: next(readings) for name in names}, len(configurations))

    def _parts(
        self, configurations: list[Configuration], platform: Platform, part: str
    ) -> "list[Parts]":
        """All parts of each sub-network, or ``part`` alone. :class:`PluginError` without it."""
        parts = self.parts(configurations, platform)
        if not part:
            return parts
        lacking = next((own for own in parts if part not in own), None)
        if lacking is not None:
            raise PluginError(
                f"{type(self).__name__}.parts() gave no {part!r} but {', '.join(lacking)}, and "
                f"{part}_latency is measured on it"
            )
        return [{part: own[part]} for own in parts]

    def timed(
        self,
        runs: "Sequence[tuple[Module, Inputs]]",
        platform: Platform,
        settings: Settings,
        part: str = "",
    ) -> Iterator[Reading]:
        """The latency of each module on its inputs, measured beside the reference network, or
        beside this part of it."""
        from archfront.evaluation.latency import latencies
        from archfront.evaluation.runtime import in_turn

        (reference,) = self._parts([self.latency_reference()], platform, part)
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
