"""The interface of a super-network: its search space, and the values of its sub-networks."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType

import numpy as np

from archfront.core.platform import Platform
from archfront.core.space import Configuration, SearchSpace
from archfront.core.types import Facts, Floats, Indices, Settings
from archfront.core.validation import precision_of
from archfront.core.working_folder import kept_folder

EXAMPLES = 5_000
"""Number of random sub-networks among which an example of each kind of block is searched."""


@dataclass(frozen=True)
class Reference:
    """A sub-network with a published top-1 (%)."""

    source: str
    configuration: Configuration
    top1: float


@dataclass(frozen=True)
class Reading:
    """The answer of a super-network for one configuration. ``Measurement`` describes the fields.

    ``configuration`` optionally names the measured configuration. A reading that names another
    configuration than the next one in order is refused. ``records`` are what the sub-network
    answered on each example: arrays by name, with one row per example
    (:mod:`archfront.measurement.per_example`).
    """

    value: float | None
    spread: float | None = None
    reason: str = ""
    started: float = 0.0
    finished: float = 0.0
    detail: Facts = field(default_factory=dict)
    configuration: Configuration | None = None
    records: Mapping[str, np.ndarray] = field(default_factory=dict)


class SuperNetwork(ABC):
    """Base class of super-networks. To add a super-network, extend this class and name the new
    class in the config as ``package.module:Class``.

    The constructor, the space, the digest, the context and the exact objectives must be cheap,
    because every job uses them. Import torch only in :meth:`measure` and :meth:`prepare_data`.

    A method may edit the configurations, the population and the settings that it is given.
    """

    space: SearchSpace
    measures: tuple[str, ...] | None = None
    """The built-in objectives that :meth:`measure` can measure; None if they are not stated."""
    costs: tuple[str, ...] = ("macs", "params")
    """The columns of closed forms that every archive gets: MACs, parameters, both or none."""
    needs_platform: bool = True
    """Whether :meth:`measure` runs on the platform. False if it computes its values: any host then
    serves as every platform, and the key of a measurement names no processor but ``computed`` and
    the platform's ``model``."""

    def __init_subclass__(cls, **options: object) -> None:
        """The methods of a subclass leave the current folder as it was."""
        super().__init_subclass__(**options)
        for name in set(vars(SuperNetwork)) & set(vars(cls)):
            if isinstance(method := vars(cls)[name], FunctionType) and not name.startswith("_"):
                setattr(cls, name, kept_folder()(method))

    @abstractmethod
    def digest(self) -> str:
        """Identity of the weights and code. Measurements of another digest are not used."""

    @abstractmethod
    def exact(self, objective: str, population: Indices) -> Floats:
        """The value of an exact objective for each row: float64 ``n``.

        ``"macs"`` and ``"params"`` are in millions. ``"peak_memory"`` is in kB, and needed only
        where the config names it as an objective or a bound.
        """

    @abstractmethod
    def measure(
        self,
        objective: str,
        configurations: list[Configuration],
        platform: Platform | None,
        settings: Settings,
    ) -> Iterable[float | Reading]:
        """Yield one float (or :class:`Reading`) per configuration, in order, in the objective's
        unit, each as soon as it is measured. NaN marks a failure.

        Configurations are canonical: None where a parameter is inactive. ``platform`` is None for
        objectives that do not depend on a platform. ``settings`` is the config's ``measurement``
        part.
        """

    def everything(self) -> Indices | None:
        """Every sub-network of the space, if measuring all of them costs nothing: int16 ``n x p``.
        Figures and the summary then show the true front. None otherwise."""
        return None

    def before_measuring(self, objective: str, settings: Settings) -> None:  # noqa: B027 (optional)
        """Called once in each job that measures the objective, before the first sub-network and
        outside its time limit. ``settings`` is that of :meth:`measure`; ``settings["store"]`` is
        the folder of the store."""

    def stage_features(self, population: Indices) -> Floats | None:
        """Features of the stages in closed form (MACs, activations, weights, depth ...), for
        predictors of latency: float64 ``n x f``. None if the super-network has no such features."""
        return None

    def blocks(self, population: Indices) -> Indices | None:
        """The kinds of blocks of each sub-network: int64 ``n x b``. Kinds are numbers from 0, in
        any order; -1 is no block. None if the super-network does not state its blocks."""
        return None

    def measure_blocks(
        self, numbers: list[int], platform: Platform, settings: Settings
    ) -> Iterable[float | Reading]:
        """Yield the latency of one block of each of these kinds alone, in ms, like :meth:`measure`.
        NotImplementedError if the super-network has no blocks to measure."""
        raise NotImplementedError(f"{type(self).__name__} has no blocks to measure")

    def latency_reference(self) -> Configuration | None:
        """A canonical configuration that is timed together with all others, so that their latencies
        can be compared; None if :meth:`measure` does not need one.

        The latency of this configuration alone, in ms, is ``settings["reference"]`` in
        :meth:`measure`. It is None in the call that measures this latency.
        """
        return None

    def context(self, objective: str, settings: Settings) -> Facts:
        """Further facts that the value depends on (digests of data and subset, resolution,
        precision)."""
        return {}

    @staticmethod
    def arithmetic(settings: Settings, objective: str = "top1") -> Facts:
        """Precision and device with which an objective is computed, for the keys of measurements.

        An objective is computed in ``validation_precision`` if that is one of its ``precisions``,
        otherwise in fp32. The device is left out for a processor, since all processors on one
        thread count as equal.
        """
        device = settings["validation_device"].partition(":")[0]
        # objective.py imports the plug-ins of a workflow, and these import this module.
        from archfront.core.objective import OBJECTIVES

        asked = precision_of(settings)
        precision = asked if asked in OBJECTIVES[objective].precisions else "fp32"
        return {"precision": precision} | ({} if device == "cpu" else {"device": device})

    def export(self, configuration: Configuration, folder: Path, settings: Settings) -> Facts:
        """Write the sub-network to ``folder``, ready to deploy, and return the facts that were
        checked.

        A super-network with real sub-networks overrides this. NotImplementedError otherwise.
        """
        raise NotImplementedError(f"{type(self).__name__} has no sub-networks to export")

    def prepare_data(self, folder: Path, settings: Settings) -> None:  # noqa: B027 (optional)
        """Write the data that the measurements read to ``folder``, which exists. Called once per
        experiment."""

    def fine_tune(
        self,
        configurations: list[Configuration],
        steps: int,
        seed: int,
        weights: Path,
        state: Path,
        settings: Settings,
    ) -> None:
        """Train a copy of the weights for ``steps`` steps on these canonical configurations, and
        write the new weights to the file ``weights``.

        The class takes an option ``checkpoint``, the path of such a file. With it the super-network
        has the new weights, and another digest. Equal weights, configurations, steps and seeds give
        equal bytes.

        The file ``state`` is for the state of an unfinished training. After a kill the method is
        called with the same arguments, and goes on from there. archfront deletes the file at the
        end. NotImplementedError if the super-network is not trained here.
        """
        raise NotImplementedError(f"{type(self).__name__} is not trained here")

    def references(self) -> Iterable[Reference]:
        """Sub-networks with a published top-1, with which ``snakemake check_supernet`` compares."""
        return ()

    def remarks(self, settings: Settings) -> list[str]:
        """Facts that a reader of the results must know, e.g. that top-1 is measured on a subset."""
        return []


def middle(supernet: SuperNetwork) -> Configuration:
    """The canonical configuration with the median MACs of 101 random sub-networks (of all, in a
    smaller space).

    It is neither small nor large, so that a disturbance slows it down like most sub-networks.
    """
    some = supernet.space.sample(min(101, supernet.space.size), 0)
    row = np.argsort(supernet.exact("macs", some.copy()), kind="stable")[len(some) // 2]
    return supernet.space.decode(some[row : row + 1])[0]
