"""Is an embedded super-network good enough to search in? See --help.

200 random sub-networks that training did not single out, with the smallest and the largest, are
validated on 20,000 images. Aims: two halves of the images rank them alike (tau >= 0.65), top-1 has
a standard deviation of at least 0.85 points, the largest beats the smallest by at least 6 points,
tau of top-1 with MACs is at least 0.3, and a predictor trained on 100 of them reaches tau 0.5.
"""

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

from archfront.core.metrics import tau
from archfront.predictors.kinds import KINDS
from archfront.predictors.predictor import fit
from archfront.supernets import registry
from archfront.tasks import glyphs

SEED = 20_000  # far from the seeds that training and experiments draw from
CALIBRATION_IMAGES = 1000


def right(configuration: dict, count: int) -> tuple[np.ndarray, float]:
    """Which of the validation images the sub-network gets right, and how long that took."""
    import torch

    from archfront.evaluation.batch_norm import fold_batch_norm, recalibrate
    from archfront.evaluation.top1 import calibration_batches

    torch.set_num_threads(1)
    begin = time.perf_counter()
    subnetwork = SUPERNET.extract(configuration)
    size = SUPERNET.validation_batch
    calibration, images = CALIBRATION[:CALIBRATION_IMAGES], IMAGES[:count]
    with torch.inference_mode():
        recalibrate(subnetwork, calibration_batches(calibration, SUPERNET.prepare))
        fold_batch_norm(subnetwork)
        predicted = [
            subnetwork(SUPERNET.prepare(torch.from_numpy(images[i : i + size]))).argmax(1)
            for i in range(0, count, size)
        ]
    seconds = time.perf_counter() - begin
    return torch.cat(predicted).numpy() == LABELS[:count], seconds


def start(supernet: str, count: int) -> None:
    global SUPERNET, IMAGES, LABELS, CALIBRATION
    SUPERNET = registry.supernet(supernet)
    IMAGES, LABELS = glyphs.images("validation", count)
    CALIBRATION, _ = glyphs.images("calibration")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    known = ["embedded_mobilenetv3", "embedded_resnet"]
    parser.add_argument("--supernet", choices=known, default=known[0])
    parser.add_argument("--quick", action="store_true", help="20 sub-networks, 1,000 images")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    networks, count = (20, 1000) if options.quick else (200, 20_000)

    supernet = registry.supernet(options.supernet)
    population = np.concatenate([supernet.space.extremes(), supernet.space.sample(networks, SEED)])
    configurations = supernet.space.decode(population, fill=True)
    with ProcessPoolExecutor(
        options.processes,
        get_context("spawn"),
        initializer=start,
        initargs=(options.supernet, count),
    ) as pool:
        answers = list(pool.map(right, configurations, [count] * len(configurations)))
    hits = np.array([answer for answer, _ in answers])
    top1 = 100 * hits.mean(axis=1)
    smallest, largest, random = top1[0], top1[1], top1[2:]
    macs = supernet.exact("macs", population[2:])
    halves = hits[2:, ::2].mean(axis=1), hits[2:, 1::2].mean(axis=1)

    features = supernet.space.one_hot(population[2:])
    train = networks // 2
    taus = {k: [] for k in KINDS}
    for trial in range(10):
        order = np.random.default_rng(trial).permutation(networks)
        for kind in KINDS:
            model = fit(kind, features[order[:train]], random[order[:train]])
            taus[kind].append(tau(random[order[train:]], model(features[order[train:]])))
    by_kind = {kind: float(np.mean(values)) for kind, values in taus.items()}

    figures = {
        "split_half_tau": tau(*halves),
        "largest_minus_smallest": float(largest - smallest),
        "top1_sd": float(random.std(ddof=1)),
        "tau_macs": tau(macs, random),
        f"tau_predictor_{train}": max(by_kind.values()),
        "seconds_per_validation": float(np.mean([s for _, s in answers])) * 5000 / count,
    }
    print(f"{options.supernet}: {networks} random sub-networks, {count} validation images")
    print(f"top-1: smallest {smallest:.2f}, largest {largest:.2f}, "
          f"random {random.min():.2f} to {random.max():.2f}, mean {random.mean():.2f}")  # fmt: skip
    for kind, value in by_kind.items():
        print(f"tau of {kind} trained on {train} of them, mean of 10 splits: {value:.3f}")
    for name, value in figures.items():
        print(f"{name:26} {value:8.3f}")
    print("(seconds per validation of 5,000 images, re-calibration included)")
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
