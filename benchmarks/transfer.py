"""What one platform's search is worth to the next: warm start, PopDB, frequencies. See --help.

On the model of published ImageNet measurements (Once-for-All MobileNetV3 w1.0). "Platform" A is
top-1 and MACs, B top-1 and parameters. On A a full search is made: predictors from 100 random
sub-networks, NSGA-II with a population of 100 over 300 generations. Then ConcurrentNAS searches B,
from 10 sub-networks, 5 at a time:

cold:      without A.
warm:      from the 10 best of A's last population, by rank and crowding.
popdb:     in the space that PopDB makes of A's history.
best_rows: in a space made of the best 2,000 rows of that history, as PopDB's is of the clusters.

Shares of the best hypervolume known on B, true values; and how much of it each space holds at all.
"""

import argparse
import contextlib
import io
import json
import tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from sample_efficiency import LIMITS, REHEARSALS, Landscape, landscape

from archfront import popdb
from archfront.experiment import supernet
from archfront.predictors.features import Features
from archfront.search.concurrent import ConcurrentNAS
from archfront.search.crowding import best, crowded_ranks
from archfront.search.evolution import History
from archfront.search.nsga2 import nsga2
from archfront.search.pareto import hypervolume, hypervolume_curve
from archfront.search.proposal import SearchSettings, search, train
from archfront.space import SearchSpace

NOISE = 0.021
SETTINGS = SearchSettings("nsga2", 100, 200, 0.9)
FIRST, BATCH, MARKS = 10, 5, (20, 30, 50, 100, 150)
BEST_ROWS = 2_000
VARIANTS = "cold", "warm", "popdb", "best_rows"


def full_search(land: Landscape, seed: int) -> History:
    """A full search on A."""
    rows = land.space.sample(100, [seed, 1])
    values = land.noisy(rows, NOISE, seed)
    features = Features(land.network)
    trained = train(features, rows, values, ["top1"], {"top1": "auto"})
    settings = SearchSettings("nsga2", 100, 300, 0.9)
    return search(land.network, land.space, land.objectives, trained, {}, settings, seed, rows)


def spaces(space: SearchSpace, history: History) -> dict[str, SearchSpace]:
    """The constrained spaces that come of A's history, and the whole one."""
    clusters = popdb.clusters(space, history.population, 50, 10)
    ranks, _ = crowded_ranks(history.costs)
    chosen = np.full(len(ranks), popdb.NOISE)
    chosen[np.argsort(ranks, kind="stable")[:BEST_ROWS]] = 0
    made = {"cold": space, "warm": space}
    for name, labels in (("popdb", clusters), ("best_rows", chosen)):
        thresholds = dict.fromkeys(space.kinds, 0.01)
        content, _ = popdb.constrain(space, history.population, labels, thresholds)
        made[name] = space.constrain(content["allowed"])
    return made


def run(folder: str, seed: int) -> dict[str, dict]:
    """Of each variant: the curve on B, the size of its space, and what the space contains."""
    first = landscape("gaussian_process", ("top1", "macs"), folder)
    second = landscape("gaussian_process", ("top1", "params"), folder)
    told = {}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        history = full_search(first, seed)
        for name, space in spaces(first.space, history).items():
            tactic = ConcurrentNAS(
                second.network, second.objectives, {"top1": "auto"}, SETTINGS, seed, space=space
            )
            rows = tactic.ask(FIRST)
            if name == "warm":
                final = history.final[best(history.costs[history.final], FIRST)]
                rows = history.population[final]
            while len(tactic.measured) < max(MARKS):
                full = space.convert(rows, second.space)
                tactic.tell(full, second.noisy(full, NOISE, seed))
                rows = tactic.ask(BATCH)
            curve = hypervolume_curve(second.costs(tactic.measured), second.reference, second.ideal)
            told[name] = {"curve": curve, "size": space.size, "holds": held(second, space)}
    return told


def held(land: Landscape, space: SearchSpace) -> float:
    """Hypervolume that a long search on the landscape itself finds in a space."""

    def evaluate(rows: np.ndarray) -> np.ndarray:
        return land.costs(space.convert(rows, land.space))

    history = nsga2(space, evaluate, 2, 100, 300, 0.9, 0)
    return hypervolume(history.costs, land.reference, land.ideal)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="1 seed")
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    seeds = 1 if given.quick else given.seeds
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor() as pool:
        with contextlib.redirect_stderr(io.StringIO()):
            supernet(REHEARSALS["gaussian_process"]).prepare_data(Path(folder), LIMITS)
        told = [*pool.map(partial(run, folder), range(seeds))]
    known = max(max(one["curve"][-1], one["holds"]) for each in told for one in each.values())
    print(f"{seeds} seeds; hypervolume in % of {known:.5f}, mean ± standard deviation")
    print(f"{'':10}" + "".join(f"{mark:>15}" for mark in MARKS) + f"{'space':>12}{'holds':>8}")
    figures = {}
    for name in VARIANTS:
        curves = 100 * np.array([each[name]["curve"] for each in told]) / known
        holds = 100 * np.mean([each[name]["holds"] for each in told]) / known
        size = np.mean([np.log10(float(each[name]["size"])) for each in told])
        shown = [f"{curves[:, m - 1].mean():.2f} ± {curves[:, m - 1].std():.2f}" for m in MARKS]
        print(
            f"{name:10}"
            + "".join(f"{s:>15}" for s in shown)
            + f"{f'10^{size:.1f}':>12}{holds:8.2f}"
        )
        figures[name] = {m: round(float(curves[:, m - 1].mean()), 2) for m in MARKS}
        figures[name] |= {"log10_size": round(float(size), 1), "holds": round(float(holds), 2)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
