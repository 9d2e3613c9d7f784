"""Platforms: where and how a sub-network runs when its latency is measured."""

import os
import platform as host
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


@dataclass(frozen=True)
class Platform:
    """A named hardware configuration: device, number of threads, batch size."""

    name: str
    device: str = "cpu"
    threads: int = 1
    batch_size: int = 1

    def settings(self) -> dict:
        """What a latency depends on; the name is not part of it."""
        settings = asdict(self)
        del settings["name"]
        return settings

    def check(self) -> None:
        """Refuse, before any work, what this host cannot provide."""
        if self.device != "cpu":
            raise ValueError(
                f"platforms.{self.name}.device = {self.device!r}: this version measures on 'cpu'"
            )
        available = len(os.sched_getaffinity(0))
        if self.threads > available:
            raise ValueError(
                f"platforms.{self.name}.threads = {self.threads}: this host offers {available}; "
                f"lower it, or measure on a host that has them"
            )


@cache
def processor_model() -> str:
    """The processor's model name as the kernel gives it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return host.processor() or host.machine()


@cache
def host_facts() -> dict:
    """What a reader of a measurement wants to know of the machine; stored once per session."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "host": host.node(),
        "processor": processor_model(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "system": f"{host.system()} {host.release()}",
        "python": host.python_version(),
        "packages": {name: _version(name) for name in ("archfront", "torch", "numpy", "ofa")},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
