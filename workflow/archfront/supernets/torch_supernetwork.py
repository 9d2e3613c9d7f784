"""Any PyTorch super-network: a search space and three methods, and archfront measures the rest."""

import hashlib
import inspect
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from archfront.core.files import file_digest, write_json
from archfront.core.plain import PluginError, refused
from archfront.core.platform import Platform
from archfront.core.registry import ConfigError
from archfront.core.required import required
from archfront.core.space import Configuration
from archfront.core.supernet import Reading
from archfront.core.types import Facts, Floats, Indices, Settings
from archfront.core.validation import precision_of
from archfront.supernets.block_costs import BlockCosts
from archfront.supernets.timed import TimedModules

if TYPE_CHECKING:
    from torch.nn import Module

    from archfront.evaluation.runtime import Inputs
    from archfront.supernets.timed import Parts


T = TypeVar("T")


class TorchSuperNetwork(TimedModules):
    """A super-network whose sub-networks are torch modules.

    A subclass sets ``space`` and has the methods :meth:`extract`, :meth:`inputs` and
    :meth:`evaluate`. It inherits latency by the protocol on every platform, MACs, parameters, peak
    memory, the digest and export.

    quality: the objective whose value :meth:`evaluate` gives: the name of a built-in one, or an
             :class:`~archfront.core.objective.Objective` of your own.
    files:   files that the values depend on, such as weights. They are part of the digest.
    """

    files: Sequence[str | Path] = ()

    @abstractmethod
    def extract(self, configuration: Configuration) -> "Module":
        """The sub-network with its weights. The configuration is canonical: None where a parameter
        is inactive. archfront measures a copy of the module in evaluation mode."""

    @abstractmethod
    def inputs(self, platform: Platform) -> "Inputs":
        """One batch of ``platform.batch_size`` inputs: a tensor, several tensors in the order of
        the arguments of ``forward``, or a mapping of tensors by the names of these arguments."""

    @abstractmethod
    def evaluate(self, module: "Module", settings: Settings) -> float | Reading:
        """The value of the objective ``quality`` for a sub-network.

        ``module`` is on the device ``settings["validation_device"]``. Its batch norm is
        re-calibrated if there are batches for it (:meth:`calibration`). ``settings`` is the
        config's ``measurement`` part, with the folder of the prepared data as ``data``. No
        gradients are computed, except within ``torch.enable_grad()``.
        """

    def calibration(self, settings: Settings) -> "Iterable[Inputs]":
        """Batches with which the batch norm of a sub-network is re-calibrated before
        :meth:`evaluate`. Without any, batch norm keeps the statistics of :meth:`extract`."""
        return ()

    def deployed(self, configuration: Configuration) -> "Module":
        """A copy of the sub-network as it is timed. A subclass may fold batch norm, for example."""
        return self._copied(configuration)

    def parts(self, configurations: list[Configuration], platform: Platform) -> "list[Parts]":
        """The parts of each sub-network that are timed one by one: here the whole sub-network.

        A language model may give two: ``{"prompt": (model, tokens), "tokens": (steps, ...)}``.
        """
        batch = self._batch(platform)
        return [{"whole": (self.deployed(one), batch)} for one in configurations]

    def digest(self) -> str:
        """Identity of the modules that define the class and its bases, of ``files`` and of the
        space. ConfigError for a file that is missing."""
        kinds = type(self).__mro__[: type(self).__mro__.index(TorchSuperNetwork)]
        code = dict.fromkeys(_source(kind) for kind in kinds)
        self._check_files()
        told = [*code, *map(file_digest, self.files), self.space.digest]
        return f"{type(self).__name__} {hashlib.sha256(' '.join(told).encode()).hexdigest()}"

    def context(self, objective: str, settings: Settings) -> Facts:
        """The device of an evaluation. ConfigError for another precision than fp32."""
        if objective.endswith("latency"):
            return {}
        if precision_of(settings) != "fp32":
            raise ConfigError(
                f"measurement.validation_precision: {precision_of(settings)!r}: "
                f"{type(self).__name__} evaluates in 'fp32'"
            )
        return self.arithmetic(settings)

    def exact(self, objective: str, population: Indices) -> Floats:
        """MACs, parameters or peak memory. MACs and parameters are the sums over the blocks where
        :meth:`blocks` states these. Other costs are counted on each sub-network once per process.
        ValueError for another objective, :class:`PluginError` for a sub-network that does not take
        :meth:`inputs`."""
        if objective == "peak_memory":
            return self._counted(population, self._count_memory)[:, 0]
        if objective not in self.costs:
            raise ValueError(f"{type(self).__name__} has no closed form of {objective!r}")
        place = self.costs.index(objective)
        if len(population) and self.blocks(population[:1].copy()) is not None:
            return self._block_costs(population)[:, place]
        return self._counted(population, self._count)[:, place]

    def _counted(
        self, population: Indices, count: Callable[[Configuration], tuple[float, ...]]
    ) -> Floats:
        """The counts of each row, each sub-network counted once: float64 ``n x counts``."""
        counted, keys = self._counts.setdefault(count.__name__, {}), self.space.keys(population)
        new = {key: row for row, key in enumerate(keys) if key not in counted}
        for key, configuration in zip(
            new, self.space.decode(population[list(new.values())]), strict=True
        ):
            counted[key] = count(configuration)
        return np.array([counted[key] for key in keys], np.float64)

    @cached_property
    def _counts(self) -> dict[str, dict[bytes, tuple[float, ...]]]:
        """The counts by the name of the method and the identity of the sub-network."""
        return {}

    @cached_property
    def _block_costs(self) -> BlockCosts:
        return BlockCosts(self, self._count)

    def _count(self, configuration: Configuration) -> tuple[float, ...]:
        from archfront.evaluation.costs import costs

        return self._run_once(costs, self._copied(configuration), configuration)

    def _count_memory(self, configuration: Configuration) -> tuple[float, ...]:
        from archfront.evaluation.memory import peak_memory

        return (self._run_once(peak_memory, self.deployed(configuration), configuration),)

    def _run_once(
        self, count: "Callable[[Module, Inputs], T]", module: "Module", configuration: Configuration
    ) -> "T":
        """What ``count`` finds while the module runs on one batch of :meth:`inputs`."""
        batch = self._batch(Platform("one"))
        try:
            return count(module, batch)
        except Exception as error:  # the user's module may raise any exception
            raise PluginError(
                f"{type(self).__name__}: the module that extract() gave for {configuration} does "
                f"not take the batch of inputs(): {type(error).__name__}: {error}"
            ) from error

    def qualities(
        self, configurations: list[Configuration], settings: Settings
    ) -> Iterator[float | Reading]:
        return (self._evaluated(configuration, settings) for configuration in configurations)

    def scores(self, configurations: list[Configuration], settings: Settings) -> Iterator[Reading]:
        return map(self._scored, configurations)

    def block(self, number: int, platform: Platform) -> "tuple[Module, Inputs]":
        """A block of the kind ``number`` (:meth:`blocks`), and a batch of its inputs, for look-up
        tables of latency."""
        raise NotImplementedError(f"{type(self).__name__} has no block() to time blocks alone")

    def measure_blocks(
        self, numbers: list[int], platform: Platform, settings: Settings
    ) -> Iterator[Reading]:
        blocks = [self.block(number, platform) for number in numbers]
        yield from self.timed([(b.eval(), inputs) for b, inputs in blocks], platform, settings)

    def _scored(self, configuration: Configuration) -> Reading:
        from archfront.evaluation.naswot import IMAGES, naswot

        batch = self._batch(Platform("batch", batch_size=IMAGES))
        return naswot(self._copied(configuration), batch)

    def _evaluated(self, configuration: Configuration, settings: Settings) -> float | Reading:
        import torch

        from archfront.evaluation.batch_norm import recalibrate

        torch.set_num_threads(1)
        with torch.no_grad():
            module = self._copied(configuration).to(settings["validation_device"])
            recalibrate(module, self.calibration(settings))
            answer = self.evaluate(module, settings)
        value = answer.value if isinstance(answer, Reading) else answer
        if value is not None and not isinstance(value, str) and value != value:  # NaN
            return Reading(None, reason=f"{type(self).__name__}.evaluate() gave nan")
        return answer

    def export(self, configuration: Configuration, folder: Path, settings: Settings) -> Facts:
        """Write ``subnetwork.json`` (the configuration), ``weights.pt``, ``subnetwork.pt2`` and
        ``subnetwork.onnx``: see :func:`archfront.supernets.export.write_module`."""
        from archfront.evaluation.batch_norm import recalibrate
        from archfront.supernets.export import write_module

        write_json(folder / "subnetwork.json", configuration)
        module = self._copied(configuration)
        recalibrate(module, self.calibration(settings))
        return write_module(module, self._batch(Platform("one")), folder)

    def _check_files(self) -> None:
        missing = next((path for path in self.files if not Path(path).is_file()), None)
        if missing is not None:
            raise ConfigError(
                f"{type(self).__name__}.files: {missing} is no file; make it first, as by training "
                "the super-network"
            )

    def state(self, configuration: Configuration) -> dict[str, Floats]:
        """Copies of the parameters and buffers of a sub-network, by name."""
        module = self._copied(configuration)
        return {name: tensor.float().cpu().numpy() for name, tensor in module.state_dict().items()}

    def _copied(self, configuration: Configuration) -> "Module":
        """A copy of the sub-network, in evaluation mode: measuring changes a module, and an
        extracted one may share its parameters with the super-network."""
        from torch.nn import Module

        self._check_files()
        module: object = self.extract(configuration)
        author = f"{type(self).__name__}.extract()"
        if not isinstance(module, Module):
            raise refused(module, f"what {author} gave", "a torch.nn.Module")
        if any(tensor.is_meta for tensor in (*module.parameters(), *module.buffers())):
            raise PluginError(f"{author} gave weights on the device meta, which holds no numbers")
        return deepcopy(module).eval()

    def shapes(self, platform: Platform) -> list[tuple[int, ...]]:
        """The shapes of the tensors of a batch."""
        from archfront.evaluation.runtime import arguments

        positional, named = arguments(self._batch(platform))
        return [tuple(tensor.shape) for tensor in (*positional, *named.values())]

    def _batch(self, platform: Platform) -> "Inputs":
        """The batch of :meth:`inputs`. :class:`PluginError` if it is none."""
        from torch import Tensor

        from archfront.evaluation.runtime import arguments

        batch = self.inputs(platform)
        given = batch if isinstance(batch, Tensor | Sequence | Mapping) else None
        positional, named = ((None,), {}) if given is None else arguments(given)
        if not all(isinstance(one, Tensor) for one in (*positional, *named.values())):
            allowed = "a tensor, several tensors, or a dict of tensors"
            raise refused(batch, f"what {type(self).__name__}.inputs() gave", allowed)
        return batch


def _source(kind: type) -> str:
    """SHA-256 of the file that defines a class; of its text alone where no file does, as in a
    notebook. TypeError where neither is known."""
    try:
        return file_digest(required(inspect.getsourcefile(kind), "source file"))
    except (TypeError, OSError):
        return hashlib.sha256(inspect.getsource(kind).encode()).hexdigest()
