"""Is the embedded translation super-network good enough to search in? See --help.

200 random sub-networks that training did not single out, the smallest and the largest translate
1,000 sentences. Aims: BLEU of 100 of them spans at least 8 points from the 10th to the 90th
percentile, and SVR trained on them ranks the others with a tau of at least 0.6.
"""

import argparse
import json
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from archfront.core.metrics import tau
from archfront.core.supernet import Reading
from archfront.predictors.features import Features
from archfront.predictors.kinds import KINDS
from archfront.predictors.predictor import fit_best
from archfront.supernets.registry import supernet

SEED = 20_000  # far from the seeds that training and experiments draw from


def measured(configurations: list[dict], settings: dict) -> list[Reading]:
    return [*supernet("embedded_transformer").measure("bleu", configurations, None, settings)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20 sub-networks, 100 sentences")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    networks, sentences = (20, 100) if options.quick else (200, 1000)
    network = supernet("embedded_transformer")
    population = np.concatenate([network.space.extremes(), network.space.sample(networks, SEED)])
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(options.processes, get_context("spawn")) as pool,
    ):
        settings = {
            "data": folder,
            "validation_sentences": sentences,
            "validation_device": "cpu",
            "beam": 4,
            "length_penalty": 0.6,
            "scorer": "sacrebleu",
        }
        network.prepare_data(Path(folder), settings)
        chunks = [
            pool.submit(measured, network.space.decode(rows), settings)
            for rows in np.array_split(population, len(population) // 5)
        ]
        readings = [reading for chunk in chunks for reading in chunk.result()]
    bleu = np.array([reading.value for reading in readings])
    smallest, largest, random = bleu[0], bleu[1], bleu[2:]
    half, features = networks // 2, Features(network)
    low, high = np.quantile(random[:half], [0.1, 0.9])
    figures = {
        "smallest": smallest,
        "largest": largest,
        "percentile_10": low,
        "percentile_90": high,
        "tau_macs": tau(network.exact("macs", population[2:]), random),
        "seconds_per_validation": np.mean([r.finished - r.started for r in readings]),
    }
    rows, others = population[2 : 2 + half], population[2 + half :]
    for kind in KINDS:
        trained = fit_best(kind, features, rows, random[:half])
        predicted = trained(features(others, trained.features))
        figures[f"tau_{kind}"] = tau(random[half:], predicted)
    print(f"{networks} random sub-networks, {sentences} sentences")
    for name, value in figures.items():
        print(f"{name:24} {value:8.3f}")
    print(json.dumps({name: round(float(value), 4) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
