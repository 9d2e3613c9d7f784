"""CPU time, memory and error of the predictor `auto` against the number of training rows.

`auto` stands beside itself with exact Gaussian processes, as far as those are affordable. The
sub-networks are random ones of Once-for-All MobileNetV3 (45 parameters). Top-1 is that of the
rehearsals, models of published measurements, with noise of 0.05 points; without published data it
is a closed form. Latency is a closed form with noise of 1 %. Errors are those on 1,000 other
sub-networks, without noise.

Each training has a process of one core. The time is CPU time, since other processes may run on the
machine; the memory is the peak of the whole process. Then: the CPU time of ConcurrentNAS for
choosing 10 sub-networks for top-1 and latency, whose ensembles learn from the same rows.
"""

import argparse
import contextlib
import io
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from archfront.core.metrics import mape, tau
from archfront.predictors import gaussian_process, predictor
from archfront.predictors.features import features_of
from archfront.search.proposal import SearchSettings
from archfront.supernets.registry import supernet
from archfront.tactics import tactic
from archfront.tasks import published

TEST = 1000
EXACT = 1000
"""Most rows for exact Gaussian processes. 2,000 take a minute per objective."""
AIM_SECONDS, AIM_GIGABYTES = 60, 2
LIMITS = {"validation_images": None, "calibration_images": None, "validation_device": "cpu"}


def rehearsed(model: str, population: np.ndarray) -> np.ndarray:
    network = supernet({"name": "archfront.rehearsal:Replay", "model": model})
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        network.prepare_data(Path(folder), LIMITS)
        configurations = network.space.decode(population)
        settings = LIMITS | {"data": folder}
        return np.array([*network.measure("top1", configurations, None, settings)], float)


def sizes(network, population: np.ndarray) -> np.ndarray:
    """Kernel size times expansion ratio of each block, numbered from 1; 0 if inactive."""
    kernels, expansions = np.split(network.space.canonical(population)[:, :40] + 1.0, 2, axis=1)
    return kernels * expansions


def closed_latency(network, population: np.ndarray) -> np.ndarray:
    """A time per block, one per million MACs, and more of it beyond 300."""
    macs = network.exact("macs", population)
    blocks = sizes(network, population)
    times = (np.repeat([1.0, 0.8, 0.7, 0.6, 0.9], 4) * (blocks > 0) * (1 + 0.2 * blocks)).sum(1)
    return 2 + times + 0.02 * macs + 0.05 * np.maximum(macs - 300, 0)


def closed_top1(network, population: np.ndarray) -> np.ndarray:
    """Gains less the larger the sub-network already is."""
    blocks = sizes(network, population)
    return 70 + 3 * np.log(network.exact("macs", population) / 120) + 0.3 * np.log1p(blocks).mean(1)


def landscapes(network, population: np.ndarray, quick: bool) -> dict[str, np.ndarray]:
    """Values without noise."""
    latency = {"latency, closed form": closed_latency(network, population)}
    if quick:
        return latency
    try:
        published.log_files()
    except FileNotFoundError as error:
        print(f"{error}: top-1 is a closed form")
        return {"top1, closed form": closed_top1(network, population)} | latency
    models = {"Gaussian process": "gaussian_process", "boosted trees": "boosted_trees"}
    return {f"top1, {n}": rehearsed(model, population) for n, model in models.items()} | latency


def noisy(name: str, values: np.ndarray) -> np.ndarray:
    drawn = np.random.default_rng(0).normal(size=len(values))
    return values + (0.05 if name.startswith("top1") else 0.01 * values) * drawn


def alone(call: Callable, *given):
    """The result of a call in a process of its own, which starts small."""
    with ProcessPoolExecutor(1, mp_context=get_context("forkserver")) as process:
        return process.submit(call, *given).result()


def begin(exact: bool):
    """The super-network, with its features standardised, and everything imported."""
    threadpool_limits(1)
    if exact:
        gaussian_process.TUNING_ROWS = gaussian_process.CENTRES = 10**9
    network = supernet("ofa_mbv3_w1.0")
    features, few = features_of(network), network.space.sample(20, 0)
    with contextlib.redirect_stdout(io.StringIO()):
        predictor.fit_best("auto", features, few, network.exact("macs", few))
    return network


def training(
    population: np.ndarray, values: np.ndarray, truth: np.ndarray, exact: bool
) -> dict[str, float]:
    """CPU seconds, gigabytes, and errors on the rows of ``population`` after the training rows."""
    network, rows = begin(exact), len(values)
    features = features_of(network)
    start = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        trained = predictor.fit_best("auto", features, population[:rows], values)
    seconds = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    predicted = trained(features(population[rows:], trained.features))
    return {
        "seconds": seconds,
        "gigabytes": memory,
        "mape": mape(truth, predicted),
        "tau": tau(truth, predicted),
    }


def asking(population: np.ndarray, told: dict[str, np.ndarray], exact: bool) -> float:
    """CPU seconds of :meth:`ask` after these rows."""
    network, objectives = begin(exact), [*told]
    settings = SearchSettings("nsga2", 100, 200, 0.9)
    kinds = dict.fromkeys(objectives, "auto")
    asked = tactic("concurrent")(network, objectives, kinds, settings, 1)
    asked.tell(population, told)
    start = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        asked.ask(10)
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="latency after 250 and 1,000 rows")
    quick = parser.parse_args().quick
    counts = (250, 1000) if quick else (250, 500, 1000, 2000, 4000)
    threadpool_limits(1)
    os.environ["OMP_NUM_THREADS"] = "1"  # of the other processes
    network = supernet("ofa_mbv3_w1.0")
    population = network.space.sample(max(counts) + TEST, 1)
    table, figures = landscapes(network, population, quick), {}
    head = f"{'':22}{'rows':>6}{'':7}{'CPU s':>8}{'GB':>7}{'MAPE %':>9}{'tau':>8}"
    print(head + f"{'auto / exact':>26}")
    for name, truth in table.items():
        values = noisy(name, truth)
        for rows in counts:
            for kind in ("exact", "auto"):
                if kind == "exact" and rows > EXACT:
                    continue
                seen = np.concatenate([population[:rows], population[-TEST:]])
                given = seen, values[:rows], truth[-TEST:], kind == "exact"
                found = alone(training, *given)
                figures[name, rows, kind] = found
                exact = figures.get((name, rows, "exact"))
                ratios = ""
                if kind == "auto" and exact:
                    share = {key: found[key] / exact[key] for key in found}
                    ratios = f"time {share['seconds']:5.2f}, MAPE {share['mape']:6.3f}"
                print(
                    f"{name:22}{rows:6}  {kind:5}{found['seconds']:8.1f}{found['gigabytes']:7.2f}"
                    f"{found['mape']:9.4f}{found['tau']:8.4f}{ratios:>26}",
                    flush=True,
                )
    result = {
        f"{name}, {rows} rows, {kind}, {key}": round(value, 4)
        for (name, rows, kind), found in figures.items()
        for key, value in found.items()
    }
    if not quick:
        result |= summary(figures, [next(iter(table)), [*table][-1]])
        told = {name.split(",")[0]: noisy(name, table[name]) for name in reversed(table)}
        for rows in counts:
            for kind in ("exact", "auto"):
                if kind == "exact" and rows > EXACT:
                    continue
                given = population[:rows], {n: v[:rows] for n, v in told.items()}
                seconds = alone(asking, *given, kind == "exact")
                print(
                    f"ConcurrentNAS asked after {rows} rows, {kind}: {seconds:.1f} CPU s",
                    flush=True,
                )
                result[f"asked, {rows} rows, {kind}, seconds"] = round(seconds, 1)
    print(json.dumps(result))


def summary(figures: dict, two: list[str]) -> dict[str, float]:
    """Two objectives at the most rows beside the aims."""
    most = [figures[name, 4000, "auto"] for name in two]
    seconds = sum(one["seconds"] for one in most)
    gigabytes = max(one["gigabytes"] for one in most)
    print(
        f"two objectives, 4,000 rows: {seconds:.1f} CPU s (aim {AIM_SECONDS}), "
        f"{gigabytes:.2f} GB (aim {AIM_GIGABYTES})"
    )
    found = {"seconds_of_two": round(seconds, 1), "gigabytes_of_two": round(gigabytes, 2)}
    for name in dict.fromkeys(name for name, *_ in figures):
        ratio = figures[name, 4000, "auto"]["mape"] / figures[name, 1000, "exact"]["mape"]
        print(f"{name}: MAPE of auto at 4,000 rows / exact at 1,000: {ratio:.3f} (aim: at most 1)")
        found[f"{name}, ratio"] = round(ratio, 3)
    return found


if __name__ == "__main__":
    main()
