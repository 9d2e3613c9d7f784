"""The identity of a processor or a GPU. A model name alone does not: a hypervisor may mask it, and
64-bit ARM has none."""

import platform as host
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from archfront.core.files import read_lines, read_text

X86 = "vendor_id", "cpu family", "model", "stepping"
ARM = "CPU implementer", "CPU part", "CPU variant", "CPU revision"


@cache
def processor_model() -> str:
    """Model name of this host's processor, or of its board, from the system if it gives one."""
    for one in _processors():
        if "model name" in one:
            return one["model name"]
    board = _text("/proc/device-tree/model") or _told("sysctl", "-n", "machdep.cpu.brand_string")
    return board or host.processor() or host.machine()


@cache
def processor_identity() -> str:
    """The model name, and what tells processors of one name apart: vendor, family, model and
    stepping (on ARM: implementer, part, variant and revision of each kind of core), the number of
    cores, and the sizes of the caches. Facts that the system does not tell are left out.

    Example: ``Intel(R) Xeon(R) Processor [GenuineIntel 6 106 6, 2 cores, caches 48K 32K 1280K]``
    """
    processors = _processors()
    kinds = {
        " ".join(one[name] for name in names)
        for one in processors
        for names in (X86, ARM)
        if all(name in one for name in names)
    }
    cores = len(processors) or int(_told("sysctl", "-n", "hw.ncpu") or 0)
    places = sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"))
    sizes = " ".join(filter(None, map(_text, places)))
    told = [
        *sorted(kinds),
        f"{cores} cores" if cores > 1 else f"{cores} core" if cores else "",
        f"caches {sizes}" if sizes else "",
    ]
    return _with_details(processor_model(), told)


@cache
def gpu_identity(device: str) -> str:
    """Model name, memory and power limit of a GPU of this host (``cuda`` or ``cuda:N``).

    Example: ``NVIDIA H200 [140 GiB, 700 W]``. The power limit is left out where ``nvidia-smi`` does
    not tell it. RuntimeError or AssertionError without such a GPU.
    """
    import torch

    told = torch.cuda.get_device_properties(device)
    uuid = f"GPU-{getattr(told, 'uuid', '')}"
    asked = "nvidia-smi", f"--id={uuid}", "--query-gpu=power.limit", "--format=csv,noheader,nounits"
    limit = re.fullmatch(r"(\d+)(\.\d+)?", _told(*asked))
    memory = f"{told.total_memory / 2**30:.0f} GiB"
    return _with_details(told.name, [memory, f"{limit[1]} W" if limit else ""])


def _with_details(name: str, details: list[str]) -> str:
    there = ", ".join(filter(None, details))
    return f"{name} [{there}]" if there else name


def _processors() -> list[dict[str, str]]:
    """The fields of each processor in ``/proc/cpuinfo``; empty where the system has no such
    file."""
    found: list[dict[str, str]] = []
    try:
        lines = read_lines("/proc/cpuinfo", "replace")
    except OSError:
        return []
    for line in lines:
        name, _, value = (part.strip() for part in line.partition(":"))
        if name == "processor":
            found.append({})
        elif found and value:
            found[-1][name] = value
    return found


def _text(path: str | Path) -> str:
    try:
        return read_text(path).strip(" \n\0")
    except (OSError, ValueError):
        return ""


def _told(*command: str) -> str:
    """The output of a command; empty if it fails or is not installed."""
    if not shutil.which(command[0]):
        return ""
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""
