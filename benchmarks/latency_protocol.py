"""Does a latency mean the same an hour later, and beside a neighbour? See --help.

Random sub-networks are measured twice, the repeats at least ten minutes apart: on the machine as it
is ("idle"), and beside a process that multiplies matrices on its first core, or on the GPU
("loaded"). archfront's protocol is set beside a naive loop on the same sub-networks: 10 calls to
warm up, the mean of 50.
tau is Kendall's, between the two repeats; the difference is the median over the sub-networks, as a
share of the latency.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
import torch

from archfront.core.metrics import tau
from archfront.core.platform import Platform, described
from archfront.evaluation.runtime import inference
from archfront.supernets.registry import supernet

CHUNK = 20
LIMITS = {"latency_seconds": 2.25, "latency_precision": 0.005}
LOAD = """
import os
import numpy as np
a, parent = np.ones((500, 500)), os.getppid()
print("busy", flush=True)
while os.getppid() == parent:
    a @ a
"""
LOAD_GPU = """
import os
import sys
import torch
a, parent = torch.rand(2000, 2000, device=sys.argv[1]), os.getppid()
torch.cuda.synchronize()
print("busy", flush=True)
while os.getppid() == parent:
    a @ a
    torch.cuda.synchronize()
"""


@contextmanager
def neighbour(present: bool, device: str) -> Iterator[None]:
    """A process of one thread that keeps the first core busy, and on a GPU that; it is at work when
    this returns. It ends with this process, however that ends."""
    if not present:
        yield
        return
    single = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    code = LOAD if device == "cpu" else LOAD_GPU
    process = subprocess.Popen(
        [sys.executable, "-c", code, device],
        env=os.environ | single,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
        if process.stdout.readline() != "busy\n":
            raise RuntimeError(f"the neighbour ended with status {process.wait()}")
        yield
    finally:
        process.kill()
        process.wait()


@torch.inference_mode()
def naive(network, configurations: list, platform: Platform) -> list[float]:
    """Milliseconds, one sub-network after the other."""
    torch.set_num_threads(platform.threads)
    values = []
    for configuration in configurations:
        side = network.resolution(configuration)
        run = inference(
            network.deployed(configuration), (platform.batch_size, 3, side, side), platform
        )
        for _ in range(10):
            run()
        finish(platform.device)
        begin = time.perf_counter()
        for _ in range(50):
            run()
        finish(platform.device)
        values.append(1e3 * (time.perf_counter() - begin) / 50)
    return values


def protocol(network, configurations: list, platform: Platform, settings: dict) -> list[float]:
    """Milliseconds by archfront's protocol, in chunks; ``settings`` hold the reference's."""
    return [
        reading.value
        for first in range(0, len(configurations), CHUNK)
        for reading in network.measure(
            "latency", configurations[first : first + CHUNK], platform, settings
        )
    ]


def reference_latency(network, platform: Platform) -> float:
    """Of the network that all others are timed beside, alone; in milliseconds."""
    middle = network.latency_reference()
    (reference,) = network.measure("latency", [middle], platform, {"reference": None})
    return reference.value


def agreement(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Kendall's tau between two repeats, and the median difference as a share of the latency."""
    return tau(first, second), float(np.median(np.abs(second - first) / first))


def finish(device: str) -> None:
    """Wait for what a GPU still has to do."""
    if device != "cpu":
        torch.cuda.synchronize(device)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="20 sub-networks, no pause")
    parser.add_argument("--supernet", default="embedded_mobilenetv3")
    parser.add_argument("--batch-size", type=int, default=1)
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N")
    parser.add_argument("--runtime", default="channels_last", help="such as cuda_graph")
    given = parser.parse_args()
    count, pause = (20, 0) if given.quick else (100, 600)
    network = supernet(given.supernet)
    platform = Platform("here", given.device, batch_size=given.batch_size, runtime=given.runtime)
    platform.check()
    configurations = network.space.decode(network.space.sample(count, 1), fill=True)
    settings = LIMITS | {"reference": reference_latency(network, platform)}
    ways: dict[str, Callable] = {"": partial(protocol, settings=settings), "_naive": naive}
    found: dict[str, list[np.ndarray]] = {}
    seconds: dict[str, float] = {}
    began = None
    for repeat in range(2):
        if repeat:
            left = max(0.0, began + pause - time.monotonic())
            print(f"{left:.0f} s until the repeat", file=sys.stderr)
            time.sleep(left)
        began = time.monotonic()
        for load in ("idle", "loaded"):
            print(f"{load}, {repeat + 1} of 2; load {os.getloadavg()[0]:.1f}", file=sys.stderr)
            with neighbour(load == "loaded", given.device):
                for name, way in ways.items():
                    start = time.monotonic()
                    values = np.array(way(network, configurations, platform))
                    found.setdefault(load + name, []).append(values)
                    seconds[load + name] = (time.monotonic() - start) / count
    figures = {}
    print(f"{given.supernet}, {count} sub-networks, {platform.own_processor()}")
    print(described(platform.settings()))
    print(f"{'':8}{'':12}{'tau':>8}{'difference':>12}{'seconds each':>14}")
    for name, (first, second) in found.items():
        load, _, way = name.partition("_")
        order, difference = agreement(first, second)
        label = f"{load:8}{way or 'archfront':12}"
        print(f"{label}{order:8.3f}{difference:12.1%}{seconds[name]:14.2f}")
        figures[f"tau_{name}"] = round(order, 4)
        if not way:
            figures[f"median_difference_{load}"] = round(difference, 5)
    figures["seconds_per_subnetwork"] = round(seconds["idle"], 3)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
