"""What one platform's search is worth to the next: warm start, PopDB, frequencies. See --help.

On the model of published ImageNet measurements (Once-for-All MobileNetV3 w1.0). "Platform" A is
top-1 and MACs, B top-1 and parameters. ConcurrentNAS searches both, from 10 sub-networks, 5 at a
time; on A to 150 validations. There a full search is made, too: predictors from 100 random
sub-networks, NSGA-II with a population of 100 over 300 generations. B is searched in these ways:

cold:      without A.
front:     from the 10 best that were measured on A, by rank and crowding.
warm:      from these, and with all of A's 150 validations to train the predictor of top-1 on.
popdb:     in the space that PopDB makes of the full search's history.
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
from sample_efficiency import LIMITS, REHEARSALS, Landscape, landscape, reached

from archfront.core.pareto import hypervolume, hypervolume_curve
from archfront.core.space import SearchSpace
from archfront.predictors.features import Features
from archfront.search import popdb
from archfront.search.concurrent import ConcurrentNAS
from archfront.search.crowding import best, crowded_ranks
from archfront.search.evolution import History
from archfront.search.nsga2 import nsga2
from archfront.search.proposal import SearchSettings, fit_predictors, search
from archfront.supernets.registry import supernet

NOISE = 0.021
SETTINGS = SearchSettings("nsga2", 100, 200, 0.9)
FIRST, BATCH, MARKS = 10, 5, (20, 30, 50, 100, 150)
BEST_ROWS = 2_000
LEVELS = 95, 97
VARIANTS = "cold", "front", "warm", "popdb", "best_rows"


def full_search(land: Landscape, seed: int) -> History:
    """A full search on A."""
    rows = land.space.sample(100, [seed, 1])
    values = land.noisy(rows, NOISE, seed)
    features = Features(land.network)
    trained = fit_predictors(features, rows, values, ["top1"], {"top1": "auto"})
    settings = SearchSettings("nsga2", 100, 300, 0.9)
    return search(land.network, land.space, land.objectives, trained, {}, settings, seed, rows)


def spaces(space: SearchSpace, history: History) -> dict[str, SearchSpace]:
    """The constrained spaces that come of A's history, and the whole one."""
    clusters = popdb.clusters(space, history.population, 50, 10)
    ranks, _ = crowded_ranks(history.costs)
    chosen = np.full(len(ranks), popdb.NOISE)
    chosen[np.argsort(ranks, kind="stable")[:BEST_ROWS]] = 0
    made = dict.fromkeys(VARIANTS, space)
    for name, labels in (("popdb", clusters), ("best_rows", chosen)):
        thresholds = dict.fromkeys(space.kinds, 0.01)
        content, _ = popdb.constrain(space, history.population, labels, thresholds)
        made[name] = space.constrain(content["allowed"])
    return made


def concurrent(land: Landscape, seed: int, space: SearchSpace | None = None) -> ConcurrentNAS:
    return ConcurrentNAS(
        land.network, land.objectives, {"top1": "auto"}, SETTINGS, seed, space=space
    )


def searched(tactic: ConcurrentNAS, land: Landscape, start: np.ndarray) -> None:
    """From the start, rows of the tactic's space, to the last of the marks."""
    rows = start
    while len(tactic.measured) < max(MARKS):
        full = tactic.space.convert(rows, land.space)
        tactic.tell(full, land.noisy(full, NOISE, tactic.seed))
        rows = tactic.ask(BATCH)


def run(folder: str, seed: int) -> dict[str, dict]:
    """Of each variant: the curve on B, the size of its space, and what the space contains."""
    first = landscape("gaussian_process", ("top1", "macs"), folder)
    second = landscape("gaussian_process", ("top1", "params"), folder)
    told = {}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        before, whole = concurrent(first, seed), held(second, second.space)
        searched(before, first, before.ask(FIRST))
        for name, space in spaces(first.space, full_search(first, seed)).items():
            tactic = concurrent(second, seed, space)
            if name == "warm":
                tactic.learn(before.measured, before.values)
            start = before.measured[best(before.costs(), FIRST)]
            searched(tactic, second, start if name in ("front", "warm") else tactic.ask(FIRST))
            curve = hypervolume_curve(second.costs(tactic.measured), second.reference, second.ideal)
            holds = held(second, space) if space.size < second.space.size else whole
            told[name] = {"curve": curve, "size": space.size, "holds": holds}
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
    print(f"{'':10}" + "".join(f"{mark:>15}" for mark in MARKS)
          + "".join(f"{f'to {level}':>8}" for level in LEVELS)
          + f"{'space':>12}{'holds':>8}")  # fmt: skip
    figures = {}
    for name in VARIANTS:
        curves = 100 * np.array([each[name]["curve"] for each in told]) / known
        holds = 100 * np.mean([each[name]["holds"] for each in told]) / known
        size = np.mean([np.log10(float(each[name]["size"])) for each in told])
        mean, deviation = curves.mean(axis=0), curves.std(axis=0)
        shown = [f"{mean[m - 1]:.2f} ± {deviation[m - 1]:.2f}" for m in MARKS]
        levels = {f"to_{level}": reached(mean, level) for level in LEVELS}
        print(f"{name:10}" + "".join(f"{s:>15}" for s in shown)
              + "".join(f"{v or '-':>8}" for v in levels.values())
              + f"{f'10^{size:.1f}':>12}{holds:8.2f}")  # fmt: skip
        figures[name] = {m: round(float(mean[m - 1]), 2) for m in MARKS} | levels
        figures[name] |= {"log10_size": round(float(size), 1), "holds": round(float(holds), 2)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
