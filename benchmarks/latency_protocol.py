"""Measure how well latencies repeat, on an idle machine and beside another process.

The latencies of 100 random sub-networks are measured twice. The two repeats begin at least ten
minutes apart. In each repeat the sub-networks are measured on the machine as it is ("idle"), and
beside a process that multiplies matrices on the first core or on the GPU ("loaded"). archfront's
protocol and a naive loop measure the same sub-networks. The naive loop calls a sub-network 10 times
to warm up, and takes the mean of 50 more calls.

tau is Kendall's tau between the two repeats. The difference is the absolute difference between the
two repeats as a share of the first latency, and its median over the sub-networks.
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
from archfront.evaluation.runtime import inference, random_batch
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
    """Run a process of one thread beside the block, if ``present``.

    The process multiplies matrices on the first core. If ``device`` is a GPU, the process
    multiplies matrices on the GPU and is pinned to the first core. The block begins when the
    process is at work. The process ends with the block or with this process, however this process
    ends. RuntimeError if the process ends before the block begins.
    """
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
    """Latencies in milliseconds by the naive loop, one sub-network after another."""
    torch.set_num_threads(platform.threads)
    values = []
    for configuration in configurations:
        side = network.resolution(configuration)
        batch = random_batch((platform.batch_size, 3, side, side))
        run = inference(network.deployed(configuration), batch, platform)
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
    """Latencies in milliseconds by archfront's protocol, in chunks of :data:`CHUNK` sub-networks.

    ``settings["reference"]`` is the latency of the reference sub-network in milliseconds.
    """
    return [
        reading.value
        for first in range(0, len(configurations), CHUNK)
        for reading in network.measure(
            "latency", configurations[first : first + CHUNK], platform, settings
        )
    ]


def reference_latency(network, platform: Platform) -> float:
    """Latency of the reference sub-network alone, in milliseconds. All other sub-networks are timed
    beside it."""
    middle = network.latency_reference()
    (reference,) = network.measure("latency", [middle], platform, {"reference": None})
    return reference.value


def agreement(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Kendall's tau between two repeats, and the median absolute difference as a share of the first
    latency."""
    return tau(first, second), float(np.median(np.abs(second - first) / first))


def finish(device: str) -> None:
    """Wait until a GPU has finished its work."""
    if device != "cpu":
        torch.cuda.synchronize(device)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="20 sub-networks and no pause")
    parser.add_argument("--supernet", default="embedded_mobilenetv3")
    parser.add_argument("--batch-size", type=int, default=1)
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N")
    parser.add_argument("--runtime", default="channels_last", help="for example cuda_graph")
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
            print(f"the second repeat begins in {left:.0f} s", file=sys.stderr)
            time.sleep(left)
        began = time.monotonic()
        for load in ("idle", "loaded"):
            print(f"{load}, repeat {repeat + 1}; load {os.getloadavg()[0]:.1f}", file=sys.stderr)
            with neighbour(load == "loaded", given.device):
                for name, way in ways.items():
                    start = time.monotonic()
                    values = np.array(way(network, configurations, platform))
                    found.setdefault(load + name, []).append(values)
                    seconds[load + name] = (time.monotonic() - start) / count
    figures = {}
    print(f"{given.supernet}, {count} sub-networks, {platform.own_processor()}")
    print(described(platform.settings()))
    print(f"{'load':8}{'method':12}{'tau':>8}{'difference':>12}{'s/sub-network':>15}")
    for name, (first, second) in found.items():
        load, _, way = name.partition("_")
        order, difference = agreement(first, second)
        label = f"{load:8}{way or 'archfront':12}"
        print(f"{label}{order:8.3f}{difference:12.1%}{seconds[name]:15.2f}")
        figures[f"tau_{name}"] = round(order, 4)
        if not way:
            figures[f"median_difference_{load}"] = round(difference, 5)
    figures["seconds_per_subnetwork"] = round(seconds["idle"], 3)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
