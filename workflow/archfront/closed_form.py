"""A super-network whose measurements are closed forms: an experiment without weights, data and
hardware.

The values are made up. They have the shape of real ones: quality saturates in the MACs, latency has
a part per MAC and a part per block, and platforms prefer different sub-networks. Whatever runs with
these values is a rehearsal of the workflow, and says nothing about the super-network.
"""

import hashlib
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from archfront.core.platform import Platform, described
from archfront.core.required import required
from archfront.core.space import Configuration, configuration_digest
from archfront.core.supernet import SuperNetwork
from archfront.core.types import Floats, Indices, Settings
from archfront.supernets.registry import supernet

VERSION = 1
"""Version of the formulas. Raise it if values change."""
SATURATION = 3.0
QUALITY = {"top1": (65.0, 15.0), "bleu": (20.0, 9.0)}
"""Quality without MACs, and what it gains up to infinitely many: %, and BLEU points."""
PREFERENCE, NOISE = 0.004, 0.003
"""Standard deviations, as shares of the gain of quality: of the effect of one value of an elastic
parameter, and of the noise of a sub-network."""
SPEED = {"cpu": 20.0, "cuda": 4000.0}
"""Millions of MACs per millisecond of one thread, or of a GPU."""
LAUNCH = {"cpu": 0.02, "cuda": 0.03}
"""Milliseconds per active elastic parameter, whatever the batch size."""
THREADS = 0.8
"""Exponent of the number of threads in the speed of a processor."""
EFFICIENCY, JITTER = 0.01, 0.01
"""Relative standard deviations of latency: of the effect that one value of an elastic parameter has
on a platform, and of the noise of a sub-network."""


class ClosedForm(SuperNetwork):
    """Options:

    space: super-network (name, or mapping with options) that gives the search space and the exact
           costs.

    The measured objectives are those of the given super-network among top-1, BLEU and latency. A
    sub-network always gets the same values, on every host.
    """

    needs_platform = False

    def __init__(self, space: str | dict[str, Any]):
        self.original = supernet(space)
        self.space = self.original.space
        self._name = space if isinstance(space, str) else space["name"]
        possible = *QUALITY, "latency"
        known = possible if self.original.measures is None else self.original.measures
        self.measures = tuple(name for name in known if name in possible)

    def digest(self) -> str:
        return f"rehearsal, closed form {VERSION} of {self.original.digest()}"

    def exact(self, objective: str, population: Indices) -> Floats:
        return self.original.exact(objective, population)

    def stage_features(self, population: Indices) -> Floats | None:
        return self.original.stage_features(population)

    def latency_reference(self) -> Configuration | None:
        return self.original.latency_reference()

    def remarks(self, settings: Settings) -> list[str]:
        return [f"rehearsal: made-up values of closed forms in place of measurements, {self._name}"]

    def measure(
        self,
        objective: str,
        configurations: list[Configuration],
        platform: Platform | None,
        settings: Settings,
    ) -> Iterator[float]:
        population = self.space.encode(configurations)
        if objective == "latency":
            values = self._latency(population, required(platform, "platform"))
        else:
            values = self._quality(objective, population)
        yield from values.tolist()

    def _quality(self, objective: str, population: Indices) -> Floats:
        """Quality saturates in the MACs; the values of the elastic parameters shift it a little."""
        least, gain = QUALITY[objective]
        largest = self.exact("macs", self.space.extremes())[1]
        smooth = 1 - _exp(-SATURATION * self.exact("macs", population) / largest)
        preferred = PREFERENCE * self._effects(population, objective)
        noise = NOISE * self._noise(population, objective)
        quality: Floats = least + gain * (smooth + preferred + noise)
        return quality

    def _latency(self, population: Indices, platform: Platform) -> Floats:
        """Milliseconds per batch."""
        device, place = platform.device.partition(":")[0], described(platform.settings())
        threads = platform.threads**THREADS if device == "cpu" else 1.0
        macs = platform.batch_size * self.exact("macs", population)
        computing = macs / (SPEED[device] * threads)
        computing *= _exp(EFFICIENCY * self._effects(population, place))
        blocks = self.space.active(population).sum(axis=1)
        noise = _exp(JITTER * self._noise(population, place))
        latency: Floats = (computing + LAUNCH[device] * blocks) * noise
        return latency

    def _effects(self, population: Indices, what: str) -> Floats:
        """The sum of one standard normal number per value of each active elastic parameter. The
        last bits do not depend on the other rows, as those of a product of matrices do."""
        one_hot = self.space.one_hot(population)
        effects: Floats = (one_hot * _stream(what).normal(size=one_hot.shape[1])).sum(axis=1)
        return effects

    def _noise(self, population: Indices, what: str) -> Floats:
        """One standard normal number per sub-network."""
        names = map(configuration_digest, self.space.decode(population))
        return np.array([_stream(f"{what} {name}").normal() for name in names])


def _exp(values: Floats) -> Floats:
    """The exponential, one by one: the last bit of numpy's depends on the place in the array."""
    return np.array([math.exp(value) for value in values.tolist()])


def _stream(what: str) -> np.random.Generator:
    """The random numbers that belong to a text."""
    return np.random.default_rng(int(hashlib.sha256(what.encode()).hexdigest(), 16))
