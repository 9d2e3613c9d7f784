"""What a user might write: an plug-ins that work, and some that do not.

The measured objective writes to ``INSTANT_LOG`` as the instant super-network does;
``OWN_PROTOCOL`` is the version of its protocol.
"""

import os
from pathlib import Path

import numpy as np
from instant import Instant

from archfront.core.objective import Objective
from archfront.core.space import SearchSpace, configuration_digest
from archfront.search.evolution import History
from archfront.supernets.registry import supernet


class Memory(Objective):
    def exact(self, supernet, population):
        return 4 * supernet.exact("params", population)


class Wrapped(Instant):
    """A super-network that holds another one, as a rehearsal does."""

    def __init__(self):
        super().__init__()
        self.inner, self.outer = supernet("embedded_mobilenetv3"), self


class Energy(Objective):
    def measure(self, supernet, configurations, platform, settings):
        for configuration in configurations:
            if log := os.environ.get("INSTANT_LOG"):
                with Path(log).open("a", encoding="utf-8") as file:
                    file.write(f"energy {configuration_digest(configuration)}\n")
            row = supernet.space.encode([configuration])
            yield supernet.exact("macs", row)[0] * platform.batch_size**0.5


memory = Memory("memory", "Memory", "MB", False, "exact", False, 1)
energy = Energy(
    "energy", "Energy", "mJ", False, "validation", True, int(os.environ.get("OWN_PROTOCOL", 1))
)
unnamed = Memory("Weight Memory", "Memory", "MB", False, "exact", False, 1)
taken = Memory("macs", "Memory", "MB", False, "exact", False, 1)
silent = Objective("silent", "Silent", "", False, "exact", False, 1)
odd = Memory("odd", "Odd", "", False, "guessed", False, 1)


class Mean:
    """A regressor that knows the mean only."""

    def fit(self, features, values):
        self.mean = values.mean()

    def predict(self, features):
        return np.full(len(features), self.mean)


class Column(Mean):
    def predict(self, features):
        return super().predict(features)[:, None]


def random_search(
    space, evaluate, objectives, population_size, generations, crossover_rate, seed, initial=None
):
    population = space.sample(population_size * generations, seed)
    costs = evaluate(population)
    generation = np.repeat(np.arange(generations), population_size)
    return History(generation, population, costs, np.arange(len(population)))


def unordered(*arguments):
    history = random_search(*arguments)
    return History(history.generation, history.population, history.costs[::-1], history.final)


def two_only(*arguments):
    return random_search(*arguments)


two_only.objectives = range(2, 3)


class Wandering(Instant):
    """Changes the current folder wherever it can."""

    def __init__(self):
        super().__init__()
        os.chdir("/")

    def digest(self):
        os.chdir("/")
        return super().digest()

    def exact(self, objective, population):
        os.chdir("/")
        return super().exact(objective, population)

    def measure(self, objective, configurations, platform, settings):
        os.chdir("/")
        yield from super().measure(objective, configurations, platform, settings)

    def measure_blocks(self, numbers, platform, settings):
        os.chdir("/")
        yield from super().measure_blocks(numbers, platform, settings)


class Broken(Instant):
    def __init__(self):
        raise OSError("no weights here")


class Spaceless(Instant):
    def __init__(self):
        pass


class ShapelessCosts(Instant):
    def exact(self, objective, population):
        return super().exact(objective, population)[:1]


class UnorderedCosts(Instant):
    def exact(self, objective, population):
        return np.sort(super().exact(objective, population))


class NotANumber(Instant):
    def exact(self, objective, population):
        return np.full(len(population), np.nan)


class Words(Instant):
    def exact(self, objective, population):
        return np.full(len(population), "many")


class DigestOfBytes(Instant):
    def digest(self):
        return b"1"


def made():
    return SearchSpace([])
