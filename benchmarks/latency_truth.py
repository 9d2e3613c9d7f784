"""Compare archfront's latencies with those of networks that are deployed alone.

The truth of a sub-network is measured in a fresh process that holds nothing else: warm-up calls,
then calls one after the other for two seconds; the median of the calls counts. Two processes are
asked at different times, and their mean is the truth; how far they differ tells how well the truth
is known. archfront measures the same sub-networks by its protocol, as an experiment with default
settings does: idle, and beside a process that multiplies matrices on the first core.

The error is the difference of a latency from the truth as a share of the truth: its median
over the sub-networks (the scale), its median absolute value, and its largest absolute value. tau is
Kendall's tau between archfront's latencies and the truth.
"""

import argparse
import json
import subprocess
import sys
import time

import numpy as np
import torch
from latency_protocol import neighbour, protocol, reference_latency

from archfront.core.metrics import tau
from archfront.core.platform import Platform, described
from archfront.evaluation.runtime import inference, random_batch
from archfront.supernets.registry import supernet

COUNT, SECONDS, WARM_UP = 20, 2.0, 20
DEFAULTS = {"latency_seconds": 0.15, "latency_precision": 0.01}


@torch.inference_mode()
def alone(name: str, configuration: dict, platform: Platform) -> float:
    """Median latency (ms) of a sub-network in this process."""
    network = supernet(name)
    torch.set_num_threads(platform.threads)
    side = network.resolution(configuration)
    batch = random_batch((platform.batch_size, 3, side, side))
    run = inference(network.deployed(configuration), batch, platform)
    for _ in range(WARM_UP):
        run()
    taken, end = [], time.perf_counter() + SECONDS
    while (begin := time.perf_counter()) < end:
        run()
        taken.append(time.perf_counter() - begin)
    return 1e3 * float(np.median(taken))


def deployed(name: str, configurations: list[dict], settings: dict) -> np.ndarray:
    """:func:`alone` of each sub-network, each in a process of its own."""
    found = []
    for number, configuration in enumerate(configurations, 1):
        asked = json.dumps([name, configuration, settings])
        command = [sys.executable, __file__, "--alone", asked]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found.append(float(told))
        print(f"{number} of {len(configurations)} alone", file=sys.stderr)
    return np.array(found)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="4 sub-networks")
    parser.add_argument("--supernet", default="embedded_mobilenetv3")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=1)
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.alone:
        name, configuration, settings = json.loads(given.alone)
        print(alone(name, configuration, Platform("here", **settings)))
        return
    settings = {"threads": given.threads, "batch_size": given.batch_size}
    platform = Platform("here", **settings)
    platform.check()
    network = supernet(given.supernet)
    rows = network.space.spread(4 if given.quick else COUNT, 1)
    configurations = network.space.decode(rows, fill=True)
    middle = network.latency_reference()
    first = deployed(given.supernet, [*configurations, middle], settings)
    reference = reference_latency(network, platform)
    limits = DEFAULTS | {"reference": reference}
    found = {}
    for load in ("idle", "loaded"):
        with neighbour(load == "loaded", "cpu"):
            begin = time.monotonic()
            found[load] = np.array(protocol(network, configurations, platform, limits))
            print(f"{load}: {time.monotonic() - begin:.0f} s", file=sys.stderr)
    second = deployed(given.supernet, [*configurations, middle], settings)
    truth = (first + second) / 2
    repeat = np.abs(second - first) / truth
    print(f"{given.supernet}, {len(configurations)} sub-networks, {platform.own_processor()}")
    print(described(platform.settings()))
    print(f"truth: two processes differ by {np.median(repeat):.1%}, at most {repeat.max():.1%}")
    print(f"reference network: {reference:.3f} ms, alone {truth[-1]:.3f} ms")
    print(f"{'load':8}{'scale':>9}{'median error':>14}{'largest error':>15}{'tau':>8}")
    figures: dict = {"truth_repeat": round(float(np.median(repeat)), 4)}
    for load, values in found.items():
        error = values / truth[:-1] - 1
        scale, typical, worst = np.median(error), np.median(np.abs(error)), np.abs(error).max()
        order = tau(truth[:-1], values)
        print(f"{load:8}{scale:9.1%}{typical:14.1%}{worst:15.1%}{order:8.3f}")
        figures |= {f"median_error_{load}": round(float(typical), 4)}
        figures |= {f"largest_error_{load}": round(float(worst), 4)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
