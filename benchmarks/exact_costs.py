"""How many sub-networks a second the closed forms of MACs and parameters take, on one core; of the
image classifiers.

Beside them, building a sub-network (without weights) and counting with hooks: what they replace.
"""

import argparse
import json
import time

import torch
from torch.utils.flop_counter import FlopCounterMode

from archfront.supernets.registry import SUPERNETS, supernet

AIM = 100_000


def per_second(call, count: int, repeats: int = 3) -> float:
    """The best of a few: interference only takes time."""
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - begin)
    return count / min(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer sub-networks")
    rows, built = (20_000, 3) if parser.parse_args().quick else (200_000, 20)
    torch.set_num_threads(1)
    figures = {}
    print(f"{'super-network':22} {'closed forms, 1/s':>18} {'built, 1/s':>12} {'ratio':>9}")
    for name in (name for name in SUPERNETS if "hat" not in name and "transformer" not in name):
        network = supernet(name)
        population = network.space.sample(rows, 1)
        closed = per_second(lambda n=network, p=population: n.exact("macs", p), rows)

        with torch.device("meta"):
            elastic = network.untrained()

        def build(network=network, elastic=elastic, population=population):
            for configuration in network.space.decode(population[:built], fill=True):
                side = network.resolution(configuration)
                with torch.device("meta"), FlopCounterMode(display=False):
                    elastic.set_active_subnet(**configuration)
                    elastic.get_active_subnet(preserve_weight=False)(torch.zeros(2, 3, side, side))

        counted = per_second(build, built, 1)
        print(f"{name:22} {closed:18,.0f} {counted:12.1f} {closed / counted:9,.0f}")
        figures[name] = round(closed)
    print(f"aim: {AIM:,} a second")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
