"""The objectives: what is measured of a sub-network, in which unit, and which way is better."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from archfront.core.registry import ConfigError, find

if TYPE_CHECKING:
    from archfront.core.platform import Platform
    from archfront.core.space import Configuration
    from archfront.core.supernet import SuperNetwork


EVALUATIONS = "validation", "proxy", "exact"


@dataclass(frozen=True)
class Objective:
    """One number about a sub-network. The super-network answers the built-in ones.

    For your own, extend this class, override :meth:`exact` or :meth:`measure`, make an object of
    it, and name that object in the config as ``package.module:object``.

    name:         of columns and folders: small letters, digits and ``_``.
    evaluation:   "validation" (measured, costs time), "proxy" (measured as well, but cheap, and
                  standing for something else) or "exact" (closed form, costs nothing).
    per_platform: the value depends on the platform's settings and the host's processor.
    protocol:     version of how it is measured; part of every measurement's key. Raise it when the
                  numbers would change, and only then.
    """

    name: str
    label: str
    unit: str
    maximise: bool
    evaluation: str
    per_platform: bool
    protocol: int

    @property
    def axis(self) -> str:
        """Label of an axis, with the unit if there is one."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def exact(self, supernet: "SuperNetwork", population: np.ndarray) -> np.ndarray:
        """The value of each row of a population: float64 ``n``."""
        return supernet.exact(self.name, population)

    def measure(
        self,
        supernet: "SuperNetwork",
        configurations: "list[Configuration]",
        platform: "Platform | None",
        settings: dict,
    ) -> Iterable:
        """One answer per configuration, in order: see ``SuperNetwork.measure``."""
        return supernet.measure(self.name, configurations, platform, settings)

    def context(self, supernet: "SuperNetwork", settings: dict) -> dict:
        """What else the value depends on; part of every measurement's key."""
        return supernet.context(self.name, settings)

    def reference(self, supernet: "SuperNetwork") -> "Configuration | None":
        """A sub-network that all others are measured relative to, if there is one. Its own value is
        measured once, alone, and given to :meth:`measure` as ``settings["reference"]``."""
        return None


class ModelSize(Objective):
    """Megabytes (10^6 bytes) of the weights as fp32."""

    def exact(self, supernet: "SuperNetwork", population: np.ndarray) -> np.ndarray:
        return 4 * supernet.exact("params", population)


class Latency(Objective):
    """Milliseconds per batch."""

    def reference(self, supernet: "SuperNetwork") -> "Configuration | None":
        return supernet.latency_reference()


def qualified_name(objective: Objective) -> str | None:
    """Module and class, since two plug-ins of one name are two things; None if it is built in."""
    kind = type(objective)
    return None if kind.__module__ == __name__ else f"{kind.__module__}.{kind.__qualname__}"


OBJECTIVES = {
    objective.name: objective
    for objective in (
        Objective("top1", "Top-1 accuracy", "%", True, "validation", False, 2),
        Objective("bleu", "BLEU", "", True, "validation", False, 2),
        Latency("latency", "Latency", "ms", False, "validation", True, 3),
        Objective("naswot", "NASWOT score", "", True, "proxy", False, 1),
        Objective("macs", "MACs", "millions", False, "exact", False, 1),
        Objective("params", "Parameters", "millions", False, "exact", False, 1),
        ModelSize("model_size", "Model size", "MB", False, "exact", False, 1),
        Objective("peak_memory", "Peak activation memory", "kB", False, "exact", False, 1),
    )
}
"""By name: the built-in ones, and those that :func:`register` has added."""

PLUGINS = "ARCHFRONT_OBJECTIVES"
"""Environment variable with the references of registered plug-ins, for the jobs of a workflow."""


def register(reference: str) -> str:
    """The name of an objective; one of the user's own is imported, here and in child processes."""
    objective = find("objectives", reference, OBJECTIVES)
    if reference in OBJECTIVES:
        return reference
    wrong = _problem(objective)
    if wrong:
        raise ConfigError(f"objectives: {reference!r} {wrong}")
    OBJECTIVES[objective.name] = objective
    known = os.environ.get(PLUGINS, "").split()
    if reference not in known:
        os.environ[PLUGINS] = " ".join([*known, reference])
    return objective.name


def _problem(objective: object) -> str:
    """What is wrong with an object that a config names as an objective."""
    if not isinstance(objective, Objective):
        return f"is no Objective but {objective!r}; name an object, not its class"
    if not re.fullmatch("[a-z][a-z0-9_]*", objective.name):
        return f"has the name {objective.name!r}; small letters, digits and _ are allowed"
    if OBJECTIVES.get(objective.name, objective) != objective:
        return f"has the name {objective.name!r}, which is taken"
    if objective.evaluation not in EVALUATIONS:
        return f"has the evaluation {objective.evaluation!r}; allowed: {', '.join(EVALUATIONS)}"
    own, asked = type(objective), "exact" if objective.evaluation == "exact" else "measure"
    if getattr(own, asked) is getattr(Objective, asked):
        return f"does not say how it is had: override {asked}()"
    return ""


def on_platform(names: Iterable[str]) -> bool:
    """Whether any of these objectives depends on a platform."""
    return any(OBJECTIVES[name].per_platform for name in names)


def exact(objective: Objective, supernet: "SuperNetwork", population: np.ndarray) -> np.ndarray:
    """``objective.exact``, checked: what a plug-in gives may be anything."""
    values = np.asarray(objective.exact(supernet, population))
    author = f"{type(supernet).__name__}'s {objective.name}"
    if values.shape != (len(population),):
        raise ValueError(
            f"{author}: exact() gave the shape {values.shape} for {len(population)} sub-networks; "
            f"it must give one number for each: ({len(population)},)"
        )
    usual = values.dtype.kind in "iufb"
    if not (usual and np.isfinite(values).all()):
        numbers = (int, float)
        odd = [v for v in values.tolist() if not isinstance(v, numbers) or not np.isfinite(v)]
        raise ValueError(f"{author}: exact() must give finite numbers, not {[*odd, values][0]!r}")
    return values.astype(float)


for _reference in os.environ.get(PLUGINS, "").split():
    register(_reference)
