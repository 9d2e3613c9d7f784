"""PopDB with archfront's clusters and with those of the hdbscan package: how far do they differ?

The history is that of a full search of the embedded MobileNetV3: NSGA-II (population 50) on
predictors of top-1 and latency, trained on what was measured on an NVIDIA H200 at batch 128
(benchmarks/recorded/h200). It is clustered with popdb.clustering exact and hdbscan; the settings
and the threshold of 1 % are the paper's. One process; nothing is measured.
"""

import argparse
import contextlib
import gzip
import io
import json
import time
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_rand_score

from archfront.core.supernet import SuperNetwork
from archfront.predictors.features import features_of
from archfront.search import popdb
from archfront.search.proposal import SearchSettings, fit_predictors, search
from archfront.supernets.registry import supernet

RECORDED = Path(__file__).parent / "recorded" / "h200" / "measurements.jsonl.gz"
OBJECTIVES = ["top1", "latency"]
MIN_CLUSTER_SIZE, MIN_SAMPLES, THRESHOLD = 50, 10, 0.01
POPULATION = 50


def recorded(network: SuperNetwork) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The sub-networks of ``network`` in the record, and their values per objective, NaN where an
    objective was not measured on the GPU at batch 128."""
    found: dict[str, dict[str, float]] = {name: {} for name in OBJECTIVES}
    with gzip.open(RECORDED, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line.partition("\t")[0])
            key = record.get("key", {})
            where = key.get("platform", {"device": key.get("device"), "batch_size": 128})
            on_gpu = (where["device"], where["batch_size"]) == ("cuda", 128)
            if key.get("supernet") == network.digest() and key["objective"] in found and on_gpu:
                found[key["objective"]][json.dumps(key["configuration"])] = record["value"]
    configurations = list(dict.fromkeys(one for values in found.values() for one in values))
    rows = network.space.encode([json.loads(one) for one in configurations])
    return rows, {
        name: np.array([values.get(one, np.nan) for one in configurations])
        for name, values in found.items()
    }


def history(network: SuperNetwork, count: int) -> np.ndarray:
    """The ``count`` sub-networks that a full search visits, rows of the space."""
    rows, values = recorded(network)
    kinds = dict.fromkeys(OBJECTIVES, "auto")
    with contextlib.redirect_stdout(io.StringIO()):
        trained = fit_predictors(features_of(network), rows, values, OBJECTIVES, kinds)
    settings = SearchSettings("nsga2", POPULATION, count // POPULATION, 0.9)
    found = search(network, network.space, OBJECTIVES, trained, {}, settings, 1, rows)
    return found.population


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="10,000 rows instead of 100,000")
    count = 10_000 if parser.parse_args().quick else 100_000
    network = supernet("embedded_mobilenetv3")
    space, population = network.space, history(network, count)
    popdb.clusters(space, population[:300], 5, 3)  # compiles
    thresholds = dict.fromkeys(space.kinds, THRESHOLD)
    every = {(n, v) for n, p in zip(space.names, space.parameters, strict=True) for v in p.values}
    labels, removed, told = {}, {}, {}
    print(f"{len(population):,} rows, {space.size:.3g} sub-networks, {len(every)} values")
    print(f"{'':8} CPU s  clusters  noise, %  values removed  sub-networks left")
    for name in popdb.CLUSTERINGS:
        begin = time.process_time()
        labels[name] = popdb.clusters(space, population, MIN_CLUSTER_SIZE, MIN_SAMPLES, name)
        seconds = time.process_time() - begin
        with contextlib.redirect_stderr(io.StringIO()):
            content, _ = popdb.constrain(space, population, labels[name], thresholds)
        removed[name] = every - {(n, v) for n, kept in content["allowed"].items() for v in kept}
        noise, left = 100 * np.mean(labels[name] == popdb.NOISE), int(content["subnetworks_after"])
        print(
            f"{name:8} {seconds:5.0f} {content['clusters']:9} {noise:9.1f} "
            f"{len(removed[name]):15} {left:18.3g}"
        )
        told[name] = {
            "seconds": round(seconds, 1),
            "clusters": content["clusters"],
            "noise_percent": round(noise, 1),
            "values_removed": len(removed[name]),
            "subnetworks_left": left,
        }
    score = adjusted_rand_score(*labels.values())
    sides = [labels[name] == popdb.NOISE for name in popdb.CLUSTERINGS]
    moved = 100 * np.mean(sides[0] != sides[1])
    exact, package = removed.values()
    print(f"adjusted Rand index {score:.3f}; noise in one of them only: {moved:.1f} % of the rows")
    print(
        f"values that only exact removes: {len(exact - package)}, that only hdbscan removes: "
        f"{len(package - exact)}"
    )
    figures = told | {
        "rows": len(population),
        "adjusted_rand_index": round(score, 3),
        "noise_in_one_percent": round(moved, 1),
        "removed_by_exact_only": len(exact - package),
        "removed_by_hdbscan_only": len(package - exact),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
