"""PopDB on a long search: how fast are the clusters found, and are they the right ones?

A history of NSGA-II (population 100) on predictions for Once-for-All MobileNetV3 w1.0: top-1 from a
predictor trained on 200 answers of a stand-in, exact MACs. Clustered by archfront and by the plain
call of the hdbscan package; both in CPU seconds of one process. The package is called twice on
10,000 rows: as it comes, and with its other exact algorithm, which breaks ties as archfront does.
"""

import argparse
import contextlib
import io
import json
import resource
import time
from collections.abc import Callable

import numpy as np
from hdbscan import HDBSCAN
from sklearn.metrics import adjusted_rand_score

from archfront.predictors import predictor
from archfront.predictors.features import Features
from archfront.search import popdb
from archfront.search.proposal import SearchSettings, search
from archfront.supernets.registry import supernet

SETTINGS = {"min_cluster_size": 50, "min_samples": 10}
SMALL = 10_000


def history(network, generations: int) -> np.ndarray:
    """What a long search on predictions visits: rows of the space."""
    space, rows = network.space, network.space.sample(200, 1)
    values = 10 * np.log(network.exact("macs", rows)) + space.one_hot(rows) @ (
        np.random.default_rng(0).normal(size=space.cardinalities.sum()) / 4
    )
    with contextlib.redirect_stdout(io.StringIO()):
        trained = predictor.fit_best("auto", Features(network), rows, values)
    settings = SearchSettings("nsga2", 100, generations, 0.9)
    return search(network, space, ["top1", "macs"], {"top1": trained}, {}, settings, 1).population


def timed(call: Callable) -> tuple[np.ndarray, float]:
    begin = time.process_time()
    return call(), time.process_time() - begin


def plain(space, population: np.ndarray, algorithm: str) -> np.ndarray:
    rows = space.canonical(population).astype(float)
    model = HDBSCAN(algorithm=algorithm, core_dist_n_jobs=1, **SETTINGS)
    return model.fit_predict(rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="20,000 rows instead of 100,000")
    rows = 20_000 if parser.parse_args().quick else 100_000
    network = supernet("ofa_mbv3_w1.0")
    space = network.space
    population = history(network, rows // 100)
    popdb.clusters(space, population[:300], 5, 3)  # compiles
    labels, ours = timed(lambda: popdb.clusters(space, population, **SETTINGS))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    _, theirs = timed(lambda: plain(space, population, "best"))
    few = population[:SMALL]
    alike = popdb.clusters(space, few, **SETTINGS)
    agreement = {
        algorithm: adjusted_rand_score(alike, plain(space, few, algorithm))
        for algorithm in ("prims_kdtree", "best")
    }
    thresholds = dict.fromkeys(space.kinds, 0.01)
    content, _ = popdb.constrain(space, population, labels, thresholds)
    spaces = {
        algorithm: popdb.constrain(space, few, plain(space, few, algorithm), thresholds)[0]
        for algorithm in agreement
    }
    own = popdb.constrain(space, few, alike, thresholds)[0]["allowed"]
    print(f"{len(population):,} rows, {len(space)} parameters, {content['clusters']} clusters")
    print(f"archfront {ours:8.1f} s, peak {memory:.2f} GB\nhdbscan   {theirs:8.1f} s")
    for algorithm, score in agreement.items():
        same = spaces[algorithm]["allowed"] == own
        print(f"{SMALL:,} rows, {algorithm}: adjusted Rand index {score:.3f}, same space: {same}")
    print(f"sub-networks {content['subnetworks_before']} -> {content['subnetworks_after']}")
    figures = {
        "speedup": round(theirs / ours, 2),
        "seconds": round(ours, 1),
        "gigabytes": round(memory, 2),
        "agreement_exact": round(agreement["prims_kdtree"], 3),
        "agreement_default": round(agreement["best"], 3),
        "same_space_exact": spaces["prims_kdtree"]["allowed"] == own,
        "same_space_default": spaces["best"]["allowed"] == own,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
