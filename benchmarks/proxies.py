"""What is known without validation: does it rank sub-networks, and does it help a predictor?

Random sub-networks of an embedded super-network are validated, and scored by what costs no
validation: MACs, parameters, and NASWOT, which needs a forward pass of an untrained network. First
Kendall's tau of each with top-1. Then predictors of top-1 of the kind ``auto``, trained on some of
the sub-networks, with and without each of them as one more column of every feature set: tau on 100
others (higher is better), mean over random splits.
"""

import argparse
import contextlib
import io
import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sample_efficiency import LIMITS

from archfront.core.metrics import tau
from archfront.core.objective import OBJECTIVES
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore
from archfront.predictors import predictor
from archfront.predictors.features import Features
from archfront.supernets.registry import supernet

COLUMNS = {
    "nothing": (),
    "macs, params": ("macs", "params"),
    "naswot": ("naswot",),
    "all three": ("macs", "params", "naswot"),
}
SEED, TEST = 30_000, 100  # far from the seeds that training and experiments draw from


@dataclass
class Extended:
    """Feature sets of a population's rows, with more columns, which are a group of their own."""

    features: Features
    population: np.ndarray
    more: np.ndarray

    @property
    def names(self) -> tuple[str, ...]:
        return self.features.names

    def __call__(self, rows: np.ndarray, name: str) -> np.ndarray:
        """``rows`` are numbers of the population's."""
        return np.concatenate([self.more[rows], self.features(self.population[rows], name)], axis=1)

    def groups(self, name: str) -> np.ndarray:
        groups, columns = self.features.groups(name), self.more.shape[1]
        return np.append([0] * columns, groups + (columns > 0)).astype(int)


def taken(name: str, networks: int, images: int) -> tuple:
    """The super-network, its random sub-networks, their top-1 and what is known without it, and the
    seconds that a sub-network took."""
    network = supernet(name)
    population = network.space.sample(networks, SEED)
    values, seconds = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        settings = LIMITS | {"data": folder, "validation_images": images}
        network.prepare_data(Path(folder), settings)
        store = MeasurementStore(Path(folder) / "store")
        for objective in ("top1", "naswot"):
            begin = time.perf_counter()
            known = OBJECTIVES[objective]
            values[objective] = measure(network, known, population, None, settings, store)["value"]
            seconds[objective] = round((time.perf_counter() - begin) / networks, 3)
    values |= {name: network.exact(name, population) for name in ("macs", "params")}
    return network, population, {n: np.asarray(v, float) for n, v in values.items()}, seconds


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--supernet", default="embedded_mobilenetv3")
    parser.add_argument("--quick", action="store_true", help="130 sub-networks, 500 images")
    given = parser.parse_args()
    networks, images, splits = (130, 500, 2) if given.quick else (350, 5000, 10)
    counts = [rows for rows in (30, 50, 100, 200) if rows + TEST <= networks]
    network, population, values, seconds = taken(given.supernet, networks, images)
    top1 = values["top1"]
    figures = {"seconds": seconds, "tau": {}, "predicted": {}}
    print(f"{given.supernet}, {networks} sub-networks, {images} images")
    for name in ("macs", "params", "naswot"):
        figures["tau"][name] = round(tau(values[name], top1), 3)
        print(f"{name:8} tau with top-1 {figures['tau'][name]:.3f}")
    print(f"{'more columns':16}" + "".join(f"{rows:>8}" for rows in counts))
    features = Features(network)
    for told, names in COLUMNS.items():
        columns = [predictor.standardised(values[name])[0] for name in names]
        more = np.array(columns).reshape(len(names), networks).T
        seen, found = Extended(features, population, more), []
        for split in range(splits):
            order = np.random.default_rng([SEED, split]).permutation(networks)
            test = order[-TEST:]
            for rows in counts:
                with contextlib.redirect_stdout(io.StringIO()):
                    trained = predictor.fit_best("auto", seen, order[:rows], top1[order[:rows]])
                found.append(tau(trained(seen(test, trained.features)), top1[test]))
        means = np.array(found).reshape(splits, len(counts)).mean(axis=0)
        print(f"{told:16}" + "".join(f"{mean:8.3f}" for mean in means))
        figures["predicted"][told] = dict(zip(counts, np.round(means, 3).tolist(), strict=True))
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
