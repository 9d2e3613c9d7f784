"""How differently do devices rank the same sub-networks? See --help.

Random sub-networks of a super-network (random weights where it has none: latency does not depend on
them) are measured on those of these platforms that this host provides: one thread of the processor,
and a GPU with batches of 1 and of 128 (as CUDA graphs). They go into a store, as in a run; what
another host measured can be imported into it before (`archfront store export`). Compared are all
platforms in the store, over the sub-networks that it has on each of them. By platform: fastest,
median and slowest in ms per batch, images per second of the median one, how well ridge regression
predicts the latency (Kendall's tau and MAPE on 20 others, mean of 20 random splits); then Kendall's
tau of the platforms with each other and with MACs.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from archfront.core.objective import OBJECTIVES
from archfront.core.platform import Platform, described, suggested_platforms
from archfront.core.population_table import with_digests
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore
from archfront.predictors.quality import learning_curves
from archfront.search.sampling import initial_sample
from archfront.supernets.registry import supernet

SHOWN = "one_thread", "gpu", "gpu_batch_128"
SETTINGS = {"latency_seconds": 0.5, "latency_precision": 0.01}
CHUNK = 20
TEST = 20
FEWEST = 40
"""A platform with fewer sub-networks in the store is left out."""


def measure_here(network, count: int, store: MeasurementStore) -> None:
    """The first seed's random samples, in chunks as in a run, on the platforms of this host."""
    population = initial_sample(network.space, count, 1)
    offered = suggested_platforms()
    for name in SHOWN:
        if name in offered:
            print(f"{type(network).__name__}, {name}", file=sys.stderr, flush=True)
            platform = Platform(name, **offered[name])
            for first in range(0, count, CHUNK):
                part = population[first : first + CHUNK]
                measure(network, OBJECTIVES["latency"], part, platform, SETTINGS, store)


def held(network, store: MeasurementStore) -> pd.DataFrame:
    """Milliseconds per batch: a row per sub-network, a column per platform as JSON; no gaps."""
    rows = [
        {
            "configuration": json.dumps(m.key["configuration"], sort_keys=True),
            "platform": json.dumps(m.key["platform"]),
            "value": m.value,
        }
        for m in store.measurements()
        if m.key["objective"] == "latency"
        and m.key["supernet"] == network.digest()
        and m.key["protocol"] == OBJECTIVES["latency"].protocol
        and not m.failed
    ]
    if not rows:
        sys.exit(
            f"the store holds no latencies of {type(network).__name__} by protocol "
            f"{OBJECTIVES['latency'].protocol}: measure some (--count), or import some"
        )
    table = pd.DataFrame(rows).pivot(index="configuration", columns="platform", values="value")
    return table.dropna(axis="columns", thresh=FEWEST).dropna()


def told(platform: dict) -> str:
    """A platform for people, with what it runs on."""
    return f"{platform['processor']}: {described(platform)}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--supernet", default="embedded_mobilenetv3")
    parser.add_argument("--count", type=int, default=120, help="0 measures nothing")
    parser.add_argument("--store", type=Path, default=Path("results/store"))
    given = parser.parse_args()
    network, store = supernet(given.supernet), MeasurementStore(given.store)
    if given.count:
        measure_here(network, given.count, store)
    table = held(network, store)
    population = network.space.encode([json.loads(text) for text in table.index])
    rows = [20, len(table) - TEST]
    samples = with_digests(network.space, population)
    figures: dict[str, dict] = {}
    print(f"{given.supernet}, {len(table)} sub-networks")
    print(f"{'':3}{'fastest':>9}{'median':>9}{'slowest':>9}{'images/s':>10}"
          + "".join(f"{f'tau/MAPE, {n} rows':>19}" for n in rows) + "   platform")  # fmt: skip
    for number, column in enumerate(table, 1):
        platform, values = json.loads(column), table[column].to_numpy()
        archive = samples.assign(latency=values)
        curve, _ = learning_curves(network, archive, {"latency": "ridge"}, rows, 20)
        errors = curve.groupby("rows")[["tau", "mape"]].mean()
        low, middle, high = np.quantile(values, [0, 0.5, 1])
        speed = 1e3 * platform["batch_size"] / middle
        print(f"{number:<3}{low:9.3f}{middle:9.3f}{high:9.3f}{speed:10.0f}"
              + "".join(f"{errors['tau'][n]:13.3f}/{errors['mape'][n]:5.2f}" for n in rows)
              + f"   {told(platform)}", flush=True)  # fmt: skip
        figures[told(platform)] = {
            "median_ms": round(float(middle), 4),
            "tau_of_ridge": {n: round(float(errors["tau"][n]), 4) for n in rows},
        }
    table.columns = figures
    agreement = table.assign(MACs=network.exact("macs", population)).corr("kendall")
    print("\ntau" + "".join(f"{n:>8}" for n in [*range(1, len(figures) + 1), "MACs"]))
    for number, name in enumerate(figures, 1):
        figures[name]["tau_with"] = agreement[name].round(4).tolist()
        print(f"{number:<3}" + "".join(f"{some:8.3f}" for some in agreement[name]) + f"   {name}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
