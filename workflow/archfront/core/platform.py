"""Platforms: the hardware and the settings with which the latency of a sub-network is measured."""

import os
import platform as host
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from archfront import __version__
from archfront.core.files import read_text
from archfront.core.hardware import gpu_identity, processor_identity, processor_model
from archfront.core.types import Facts

PINS = hasattr(os, "sched_setaffinity")
"""Whether the operating system can pin a process to cores. Linux can, macOS cannot."""


@dataclass(frozen=True)
class Platform:
    """A named hardware configuration.

    device:     "cpu", "cuda" or "cuda:N".
    threads:    number of threads of one inference; on a GPU, of the process that feeds the GPU.
    batch_size: number of images of one inference.
    precision:  "fp32" or "bf16".
    runtime:    "eager" (torch without changes), "channels_last" (torch with the memory format that
                its convolutions are made for), "cuda_graph" ("channels_last", captured once and
                launched as a whole), "compile" (``torch.compile``) or "onnxruntime".
    cores:      numbers of the cores that the process is pinned to; None leaves the choice to the
                operating system.
    partition:  partition of a cluster for the jobs that measure on the platform; None is the
                cluster's default.
    model:      the measured processor or GPU: its identity (:mod:`archfront.core.hardware`), or its
                model name alone. None is the identity of this host's. A host with another one
                measures nothing and only reads the store.
    """

    name: str
    device: str = "cpu"
    threads: int = 1
    batch_size: int = 1
    precision: str = "fp32"
    runtime: str = "channels_last"
    cores: Sequence[int] | None = None
    partition: str | None = None
    model: str | None = None

    def settings(self) -> Facts:
        """The settings that a latency depends on, as JSON values. The name, the partition, the
        model and the number of the GPU are left out."""
        settings = asdict(self) | {"device": self.device.partition(":")[0]}
        settings["cores"] = None if self.cores is None else sorted(self.cores)
        for elsewhere in ("name", "partition", "model"):
            del settings[elsewhere]
        return settings

    def processor(self) -> str:
        """The measured processor or GPU, as measurements name it."""
        return self.model or self.own_processor()

    def own_processor(self) -> str:
        """Identity of this host's processor, or of its GPU if the platform has one."""
        return processor_identity() if self.device == "cpu" else gpu_identity(self.device)

    def own_model(self) -> str:
        """Model name of this host's processor, or of its GPU if the platform has one."""
        if self.device == "cpu":
            return processor_model()
        import torch

        return torch.cuda.get_device_name(self.device)

    def elsewhere(self) -> bool:
        """Whether the platform names another processor or GPU than the one of this host."""
        if self.model is None:
            return False
        try:
            return self.model not in (self.own_processor(), self.own_model())
        except (RuntimeError, AssertionError):  # no such GPU, or no CUDA at all
            return True

    def must_be_here(self, missing: int, of: int) -> None:
        """Raise ValueError if this host is not the platform's machine (see :meth:`elsewhere`).

        Call it if measurements have to be taken: ``missing`` of ``of`` measurements are not in the
        store.
        """
        if self.elsewhere():
            self._refuse(
                "model",
                f"this host has {self._own_or_none()}, and {missing} of {of} measurements are "
                "not in the store; take them there, and import what `archfront store export` "
                "writes",
            )

    def _own_or_none(self) -> str:
        try:
            return repr(self.own_processor())
        except (RuntimeError, AssertionError):
            return "no such GPU"

    def check(self) -> None:
        """Raise ValueError, with key and value, for a setting that this host cannot provide.

        Called before any work. A platform on another machine is not checked.
        """
        if self.elsewhere():
            return
        offered = _offered()
        if self.cores and not PINS:
            self._refuse("cores", "this operating system pins no process to cores")
        absent = sorted(set(self.cores or ()) - offered)
        if absent:
            self._refuse("cores", f"this host offers {_ranges(offered)}")
        available = len(self.cores or offered)
        if self.threads > available:
            self._refuse(
                "threads",
                f"{'cores has' if self.cores else 'this host offers'} {available}; lower it, or "
                "measure on a host that has them",
            )
        if self.runtime == "onnxruntime":
            if find_spec("onnxruntime") is None:
                self._refuse(
                    "runtime", "onnxruntime is not installed: pip install 'archfront[onnx]'"
                )
            if self.device != "cpu" or self.precision != "fp32":
                self._refuse("runtime", "onnxruntime runs on 'cpu' in 'fp32' only")
        if self.runtime == "compile" and self.device == "cpu" and not shutil.which("c++"):
            self._refuse("runtime", "torch.compile needs a C++ compiler, and there is no c++ here")
        if self.runtime == "cuda_graph" and self.device == "cpu":
            self._refuse("runtime", "a CUDA graph needs device: cuda")
        if self.device != "cpu":
            self._check_gpu()
        elif self.precision == "bf16" and not processor_has_bf16():
            self._refuse("precision", "this processor has no bf16 arithmetic")

    def _check_gpu(self) -> None:
        import torch

        check_gpu(f"platforms.{self.name}.device", self.device)
        if self.precision == "bf16" and not torch.cuda.is_bf16_supported(including_emulation=False):
            self._refuse("precision", "this GPU has no bf16 arithmetic")

    def _refuse(self, key: str, why: str) -> None:
        raise ValueError(f"platforms.{self.name}.{key} = {getattr(self, key)!r}: {why}")

    @contextmanager
    def pinned(self) -> Iterator[None]:
        """Within the context, every thread of this process runs only on the platform's cores. The
        context does nothing on a system that pins no process to cores (macOS)."""
        if not PINS:
            yield
            return
        before = os.sched_getaffinity(0)
        self._pin(self.cores or before)
        try:
            yield
        finally:
            self._pin(before)

    @staticmethod
    def _pin(cores: Iterable[int]) -> None:
        for thread in Path("/proc/self/task").iterdir():
            os.sched_setaffinity(int(thread.name), cores)


def suggested_platforms() -> dict[str, Facts]:
    """Settings of the platforms that this host can provide, by name: one thread with batches of 1,
    all cores with batches of 16, and onnxruntime, bf16 and GPU where this host has them."""
    cores = len(_offered())
    suggested: dict[str, Facts] = {
        "one_thread": {"threads": 1, "batch_size": 1},
        "all_cores": {"threads": cores, "batch_size": 16},
        "onnxruntime": {"threads": 1, "batch_size": 1, "runtime": "onnxruntime"},
        "bf16": {"threads": 1, "batch_size": 1, "precision": "bf16"},
        "gpu": {"device": "cuda", "batch_size": 1, "runtime": "cuda_graph"},
        "gpu_batch_128": {"device": "cuda", "batch_size": 128, "runtime": "cuda_graph"},
    }
    return {name: settings for name, settings in suggested.items() if _provided(name, settings)}


def _provided(name: str, settings: Facts) -> bool:
    try:
        Platform(name, **settings).check()
    except ValueError:
        return False
    return True


def described(settings: Facts) -> str:
    """:meth:`Platform.settings` as text: ``cpu, threads 1, batch_size 16, fp32, eager``. Settings
    that are None are left out, and so is the ``processor`` of a measurement's key."""
    there = {k: v for k, v in settings.items() if v is not None and k != "processor"}
    return ", ".join(v if isinstance(v, str) else f"{k} {v}" for k, v in there.items())


def check_gpu(key: str, device: str) -> None:
    """Raise ValueError if this host lacks the GPU that the config names under ``key``."""
    import torch

    if not torch.cuda.is_available():
        raise ValueError(f"{key} = {device!r}: torch finds no GPU on this host")
    if int(device.partition(":")[2] or 0) >= torch.cuda.device_count():
        raise ValueError(f"{key} = {device!r}: this host has {torch.cuda.device_count()} GPUs")


def _offered() -> set[int]:
    """Numbers of the cores that this process may use; all cores if the system does not tell."""
    return os.sched_getaffinity(0) if PINS else set(range(os.cpu_count() or 1))


def _ranges(numbers: set[int]) -> str:
    """Numbers of cores as text: ``0-3, 8``."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(str(p[0]) if len(p) == 1 else f"{p[0]}-{p[-1]}" for p in parts)


def processor_has_bf16() -> bool:
    """Whether this host's processor multiplies in bf16."""
    try:
        told = read_text("/proc/cpuinfo")
    except OSError:
        return False
    return any(flag in told for flag in ("avx512_bf16", "amx_bf16", " bf16"))


@cache
def host_facts() -> Facts:
    """Facts of this machine and its software, for readers of measurements. They are stored once per
    session. ``microarchitecture`` is archspec's name, such as ``cascadelake``."""
    from archspec import cpu

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    packages = ("torch", "numpy", "ofa", "onnxruntime", "sacrebleu")
    return {
        "host": host.node(),
        "processor": processor_model(),
        "identity": processor_identity(),
        "microarchitecture": str(cpu.host()),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "gpus": _gpus(),
        "system": f"{host.system()} {host.release()}",
        "python": host.python_version(),
        "packages": {"archfront": __version__} | {name: _version(name) for name in packages},
    }


def _gpus() -> list[str]:
    """Model and driver of each NVIDIA GPU."""
    if not shutil.which("nvidia-smi"):
        return []
    asked = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
    told = subprocess.run(asked, capture_output=True, text=True)
    return told.stdout.strip().splitlines() if told.returncode == 0 else []


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
