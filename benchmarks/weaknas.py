"""ConcurrentNAS beside WeakNAS: validations to the best top-1 under a limit of MACs. See --help.

On the model of published ImageNet measurements (Once-for-All MobileNetV3 w1.0), with label noise;
what counts are true values. Per seed WeakNAS draws a pool of 10,000 sub-networks within the limit
and validates 1,000 of them, 100 at a time, as its authors do; ConcurrentNAS validates until it has
found one that is as good as the best of these. Beside it a WeakNAS whose pool may grow by mutants
of the best that it has measured.
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
from sample_efficiency import LIMITS, REHEARSALS, landscape

from archfront.baselines.weaknas import WeakNAS
from archfront.search.concurrent import ConcurrentNAS
from archfront.search.operators import resampling_mutation
from archfront.search.proposal import SearchSettings
from archfront.search.tactic import Tactic
from archfront.supernets.registry import supernet

BOUNDS = {"macs": 300.0}
NOISE = 0.021
SETTINGS = SearchSettings("nsga2", 100, 200, 0.9)
FIRST, BATCH = 10, 4
"""Of ConcurrentNAS; WeakNAS takes 100 and 100."""
GIVEN_UP = 400


class MutatingWeakNAS(WeakNAS):
    """Before each batch as many mutants as the best hundred give within the bounds join the pool:
    ten of each, a gene in ten changed."""

    def propose(self, count: int, seed: int) -> np.ndarray:
        best = self.measured[self.there()][np.argsort(self.costs()[:, 0])[:100]].repeat(10, axis=0)
        random = np.random.default_rng([seed, 1])
        mutants = resampling_mutation(best, self.space.cardinalities, 0.1, random)
        inside = self.supernet.exact("macs", mutants) <= self.bounds["macs"]
        both = np.concatenate([self.pool, mutants[inside]])
        self.pool = both[self.space.first_occurrences(both)]
        return super().propose(count, seed)


def best_so_far(
    folder: str, made: type[Tactic], seed: int, first: int, batch: int, budget: int, goal: float
) -> np.ndarray:
    """True top-1 of the best within the limit after each validation; ends at the goal."""
    land = landscape("gaussian_process", ("top1",), folder)
    tactic = made(land.network, ["top1"], {"top1": "auto"}, SETTINGS, seed, BOUNDS)
    rows, found = tactic.ask(first), np.empty(0)
    with contextlib.redirect_stdout(io.StringIO()):
        while True:
            macs = land.network.exact("macs", rows)
            tactic.tell(rows, land.noisy(rows, NOISE, seed) | {"macs": macs})
            values = np.where(macs <= BOUNDS["macs"], land.values(rows)["top1"], -np.inf)
            found = np.concatenate([found, values])
            if len(found) >= budget or found.max() >= goal:
                return np.maximum.accumulate(found)
            rows = tactic.ask(batch)


def duel(folder: str, rival: type[WeakNAS], budget: int, seed: int) -> dict:
    """What the rival found and when it first had it; when ConcurrentNAS was as good."""
    theirs = best_so_far(folder, rival, seed, 100, 100, budget, np.inf)
    best = theirs[-1]
    ours = best_so_far(folder, ConcurrentNAS, seed, FIRST, BATCH, GIVEN_UP, best)
    there = np.flatnonzero(ours >= best)
    first = int(np.argmax(theirs >= best)) + 1
    validations = int(there[0]) + 1 if len(there) else None
    return {"best": round(float(best), 3), "first": first, "concurrent": validations}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="1 seed, 200 validations of WeakNAS")
    parser.add_argument("--seeds", type=int, default=10)
    given = parser.parse_args()
    seeds, budget = (1, 200) if given.quick else (given.seeds, 1000)
    figures = {}
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor() as pool:
        with contextlib.redirect_stderr(io.StringIO()):
            supernet(REHEARSALS["gaussian_process"]).prepare_data(Path(folder), LIMITS)
        for rival in (WeakNAS, MutatingWeakNAS):
            duels = [*pool.map(partial(duel, folder, rival, budget), range(seeds))]
            print(f"{rival.__name__}, {budget} validations; top-1 in %, within 300 million MACs")
            print(f"{'seed':>6}{'its best':>10}{'had it after':>14}{'ConcurrentNAS after':>21}")
            for seed, one in enumerate(duels):
                after = one["concurrent"] or f"over {GIVEN_UP}"
                print(f"{seed:6}{one['best']:10.2f}{one['first']:14}{after:>21}")
            needed = np.array([one["concurrent"] or np.inf for one in duels])
            first = np.array([one["first"] for one in duels])
            figures[rival.__name__] = {
                "ratio_of_budgets_median": round(float(np.median(budget / needed)), 1),
                "ratio_of_budgets_worst": round(float((budget / needed).min()), 1),
                "ratio_to_first_median": round(float(np.median(first / needed)), 1),
                "ratio_to_first_worst": round(float((first / needed).min()), 2),
                "failures": int(np.isinf(needed).sum()),
            }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
