"""The objectives: the measured or computed properties of a sub-network, each with its unit and
its direction (minimised or maximised)."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from archfront.core.plain import plain, refused
from archfront.core.registry import ConfigError, find, told
from archfront.core.types import Facts, Floats, Indices, Settings
from archfront.core.validation import PRECISIONS

if TYPE_CHECKING:
    from archfront.core.platform import Platform
    from archfront.core.space import Configuration
    from archfront.core.supernet import Reading, SuperNetwork


EVALUATIONS = "validation", "proxy", "exact"


@dataclass(frozen=True)
class Objective:
    """One number per sub-network. The super-network gives the values of the built-in objectives.

    To add an objective, extend this class, override :meth:`exact` or :meth:`measure`, make an
    object of the class, and name that object in the config as ``package.module:object``.

    name:         name of its columns and folders: small letters, digits and ``_``.
    evaluation:   "validation" (measured, costs time), "proxy" (a cheap measurement that stands for
                  another objective) or "exact" (closed form, costs nothing).
    per_platform: the value depends on the platform's settings and the host's processor.
    protocol:     version of the measurement procedure; part of the key of every measurement. Raise
                  it if, and only if, the values would change.
    precisions:   precisions in which the objective is measured on ``validation_device``; empty if
                  it is measured without that device.
    """

    name: str
    label: str
    unit: str
    maximise: bool
    evaluation: str
    per_platform: bool
    protocol: int
    precisions: tuple[str, ...] = ()

    sums_over_blocks = False
    """Whether a look-up table of blocks can predict the objective."""

    @property
    def axis(self) -> str:
        """Label of an axis, with the unit if the objective has one."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def exact(self, supernet: "SuperNetwork", population: Indices) -> Floats:
        """The value of each row of a population: float64 ``n``."""
        return supernet.exact(self.name, population)

    def measure(
        self,
        supernet: "SuperNetwork",
        configurations: "list[Configuration]",
        platform: "Platform | None",
        settings: Settings,
    ) -> "Iterable[float | Reading]":
        """Measure the configurations: one answer each, in order. See ``SuperNetwork.measure``."""
        return supernet.measure(self.name, configurations, platform, settings)

    def context(self, supernet: "SuperNetwork", settings: Settings) -> Facts:
        """Further facts that the value depends on; part of the key of every measurement."""
        return supernet.context(self.name, settings)

    def reference(self, supernet: "SuperNetwork") -> "Configuration | None":
        """A sub-network that all others are measured relative to, or None.

        The value of this sub-network is measured once, alone. :meth:`measure` gets it as
        ``settings["reference"]``.
        """
        return None


class ModelSize(Objective):
    """Size of the weights as fp32, in megabytes (10^6 bytes)."""

    def exact(self, supernet: "SuperNetwork", population: Indices) -> Floats:
        return 4 * supernet.exact("params", population)


class Latency(Objective):
    """Latency in milliseconds per batch."""

    sums_over_blocks = True

    def reference(self, supernet: "SuperNetwork") -> "Configuration | None":
        return supernet.latency_reference()


LATENCY = Latency("latency", "Latency", "ms", False, "validation", True, 3)


@dataclass(frozen=True)
class PartLatency(Latency):
    """Latency of one part of a sub-network, in milliseconds. :func:`part_latency` makes it."""

    part: str = ""

    sums_over_blocks = False


def part_latency(part: str, label: str | None = None) -> PartLatency:
    """The objective ``<part>_latency``, an attribute of the class of a super-network: the latency
    of the part ``part`` of each sub-network
    (:meth:`~archfront.supernets.timed.TimedModules.parts`).

    >>> part_latency("prompt").axis
    'Latency of prompt (ms)'
    """
    # Not OBJECTIVES: reading it imports the plug-ins of a workflow, of which the caller may be one.
    return PartLatency(
        **{**vars(LATENCY), "name": f"{part}_latency", "label": f"Latency of {label or part}"},
        part=part,
    )


def qualified_name(objective: Objective) -> str | None:
    """Module and class of a plug-in, None for a built-in objective. Two plug-ins of one name differ
    in it."""
    kind = type(objective)
    return None if kind.__module__ == __name__ else f"{kind.__module__}.{kind.__qualname__}"


REFERENCES: dict[str, str] = {}
"""The ``package.module:object`` of each registered plug-in, by the objective's name."""
PLUGINS = "ARCHFRONT_OBJECTIVES"
"""Environment variable with the ``package.module:object`` of each registered plug-in. The jobs of a
workflow read it."""


class Objectives(MutableMapping[str, Objective]):
    """Objectives by name. The plug-ins that :data:`PLUGINS` names are registered at the first use,
    not at the import of this module: a module that has one may import this module."""

    def __init__(self, built_in: Iterable[Objective]):
        self._known = {objective.name: objective for objective in built_in}
        self._waiting = os.environ.get(PLUGINS, "").split()

    def _all(self) -> dict[str, Objective]:
        waiting, self._waiting = self._waiting, []
        try:
            for reference in waiting:
                register(reference)
        except BaseException:
            self._waiting = waiting
            raise
        return self._known

    def __getitem__(self, name: str) -> Objective:
        return self._all()[name]

    def __setitem__(self, name: str, objective: Objective) -> None:
        self._all()[name] = objective

    def __delitem__(self, name: str) -> None:
        del self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


OBJECTIVES = Objectives(
    (
        Objective("top1", "Top-1 accuracy", "%", True, "validation", False, 2, PRECISIONS),
        Objective("bleu", "BLEU", "", True, "validation", False, 2, ("fp32",)),
        LATENCY,
        Objective("naswot", "NASWOT score", "", True, "proxy", False, 1),
        Objective("macs", "MACs", "millions", False, "exact", False, 1),
        Objective("params", "Parameters", "millions", False, "exact", False, 1),
        ModelSize("model_size", "Model size", "MB", False, "exact", False, 1),
        Objective("peak_memory", "Peak activation memory", "kB", False, "exact", False, 1),
    )
)
"""The objectives by name: the built-in ones, and the plug-ins that :func:`register` has added."""


def register(reference: str) -> str:
    """The name of the objective that ``reference`` names.

    A plug-in (``package.module:object``) is imported and added to :data:`OBJECTIVES`, in this
    process and in its child processes. Raises ConfigError if the objective cannot be used.
    """
    objective = find("objectives", reference, OBJECTIVES)
    if reference in OBJECTIVES:
        return reference
    if not isinstance(objective, Objective):
        raise ConfigError(
            f"objectives: {reference!r} is no Objective but {told(objective)}; name an object, "
            "not its class"
        )
    wrong = _problem(objective, of_class="." in reference.partition(":")[2])
    if wrong:
        raise ConfigError(f"objectives: {reference!r} {wrong}")
    OBJECTIVES[objective.name], REFERENCES[objective.name] = objective, reference
    known = os.environ.get(PLUGINS, "").split()
    if reference not in known:
        os.environ[PLUGINS] = " ".join([*known, reference])
    return objective.name


def _problem(objective: Objective, of_class: bool) -> str:
    """The problem of an objective that a config names; empty if it has none. ``of_class``: the
    objective belongs to the class of a super-network, which gives its values."""
    if not re.fullmatch("[a-z][a-z0-9_]*", objective.name):
        return f"has the name {objective.name!r}; small letters, digits and _ are allowed"
    if OBJECTIVES.get(objective.name, objective) != objective:
        return f"has the name {objective.name!r}, which is taken"
    if objective.evaluation not in EVALUATIONS:
        return f"has the evaluation {objective.evaluation!r}; allowed: {', '.join(EVALUATIONS)}"
    own, asked = type(objective), "exact" if objective.evaluation == "exact" else "measure"
    if not of_class and getattr(own, asked) is getattr(Objective, asked):
        return f"does not say how it is had: override {asked}()"
    return ""


def on_platform(names: Iterable[str]) -> bool:
    """Whether any of these objectives depends on a platform."""
    return any(OBJECTIVES[name].per_platform for name in names)


def exact(objective: Objective, supernet: "SuperNetwork", population: Indices) -> Floats:
    """The checked values of ``objective.exact``: float64 ``n``.

    Raises ValueError if they are not one finite number per row. The check is here because a plug-in
    can return anything. It gets a copy of the population, which it may edit.
    """
    values = np.asarray(objective.exact(supernet, population.copy()))
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


def facts(objective: Objective, supernet: "SuperNetwork", settings: Settings) -> Facts:
    """The checked facts of ``objective.context``, as JSON values. PluginError for others."""
    told = objective.context(supernet, deepcopy(settings))
    author = f"{type(supernet).__name__}: context({objective.name!r})"
    if not isinstance(told, Mapping):
        raise refused(told, author, "a dict")
    found: Facts = plain(told, author)
    return found
