"""Hypervolume against validations: which tactic needs the fewest? See --help.

The landscape answers for validations without noise; label noise is added, for every tactic and seed
in the same way. What counts are the true values of the distinct sub-networks that were validated,
as a share of the best hypervolume known: that of long searches on the landscape itself, which start
from all tactics' fronts. A landscape that validates in earnest cannot be searched so long: there
(--searches 0) the best known is what all runs found together.

Every tactic that the workflow has, with the settings of its source: see PLANS. What a tactic starts
from counts; where it has no start of its own it is random.
"""

import argparse
import contextlib
import io
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from archfront.analytics.hypervolume import curve_with_band
from archfront.analytics.style import legend_below, panels, save
from archfront.core.objective import OBJECTIVES, exact
from archfront.core.pareto import costs, front_mask, hypervolume, hypervolume_curve
from archfront.search.nsga2 import nsga2
from archfront.search.proposal import SearchSettings
from archfront.supernets.registry import supernet
from archfront.tactics import tactic

REHEARSALS = {
    "gaussian_process": {"name": "archfront.rehearsal:Replay"},
    "boosted_trees": {"name": "archfront.rehearsal:Replay", "model": "boosted_trees"},
}
REFERENCE = {"top1": 70.5, "macs": 580.0}
"""Of the rehearsals; other landscapes: the worst of 50 random sub-networks."""
BUDGETS = 50, 100, 150, 200, 300, 400, 500
LEVELS = 95, 97, 98, 99
LIMITS = {"validation_images": None, "calibration_images": None, "validation_device": "cpu"}


class Landscape:
    """A super-network whose measurements are taken for the truth."""

    def __init__(self, name: str, objectives: list[str], folder: str):
        self.network = supernet(REHEARSALS.get(name, name))
        self.space, self.objectives = self.network.space, objectives
        self._settings, self._found = LIMITS | {"data": folder}, {}
        some = self.costs(np.concatenate([self.space.extremes(), self.space.sample(50, 0)]))
        self.ideal, self.reference = some.min(axis=0), some.max(axis=0)
        if name in REHEARSALS:
            given = [REFERENCE.get(n, np.nan) for n in objectives]
            given = costs(np.array(given), objectives)
            self.reference = np.where(np.isnan(given), self.reference, given)

    def values(self, population: np.ndarray) -> dict[str, np.ndarray]:
        """Without noise, of each objective."""
        return {name: self._one(OBJECTIVES[name], population) for name in self.objectives}

    def _one(self, objective, population: np.ndarray) -> np.ndarray:
        if objective.evaluation == "exact":
            return exact(objective, self.network, population)
        found, hashes = self._found.setdefault(objective.name, {}), self.space.hashes(population)
        rows = self.space.first_occurrences(population)
        rows = [row for row in rows if hashes[row] not in found]
        if rows:
            configurations = self.space.decode(population[rows])
            values = objective.measure(self.network, configurations, None, self._settings)
            for row, value in zip(rows, values, strict=True):
                found[hashes[row]] = float(getattr(value, "value", value))
        return np.array([found[one] for one in hashes])

    def costs(self, population: np.ndarray) -> np.ndarray:
        found = self.values(population)
        return costs(np.stack([found[n] for n in self.objectives], axis=1), self.objectives)

    def noisy(self, population: np.ndarray, noise: float, seed: int) -> dict[str, np.ndarray]:
        """With noise on what is measured: the same for a sub-network whenever a seed asks."""
        found = self.values(population)
        drawn = [np.random.default_rng([seed, h]).normal() for h in self.space.hashes(population)]
        return {
            name: values + noise * np.array(drawn) * (OBJECTIVES[name].evaluation != "exact")
            for name, values in found.items()
        }


@cache
def landscape(name: str, objectives: tuple[str, ...], folder: str) -> Landscape:
    """Made once per process; ``folder`` holds what its measurements read."""
    return Landscape(name, list(objectives), folder)


@dataclass(frozen=True)
class Plan:
    """How many sub-networks a tactic starts from, how many it measures at a time, and the
    population of its search (of 200 generations, where it is archfront's)."""

    first: int
    batch: int
    population: int = 50


PLANS = {
    "concurrent": Plan(10, 5, 100),
    "concurrent_paper": Plan(50, 50),
    "validation": Plan(50, 50),
    "random": Plan(50, 50),
    "once_for_all": Plan(450, 50),
    "weaknas": Plan(100, 100),
    "nsganetv2": Plan(100, 8),
    "lanas": Plan(50, 10),
    "seminas": Plan(100, 100),
    "optuna_nsga2": Plan(50, 50),
    "optuna_tpe": Plan(50, 10),
}


def asked(land: Landscape, name: str, noise: float, seed: int) -> Iterator:
    """Batches of a tactic."""
    plan = PLANS[name]
    settings = SearchSettings("nsga2", plan.population, 200, 0.9)
    made = tactic(name)(land.network, land.objectives, {}, settings, seed)
    rows = made.ask(plan.first)
    while True:
        made.tell(rows, land.noisy(rows, noise, seed))
        yield rows
        rows = made.ask(plan.batch)


def run(place: tuple, name: str, seed: int, noise: float, budget: int) -> tuple:
    """What one run validated, in its order: the population, and its costs without noise."""
    threadpool_limits(1)  # a process for each core as it is
    land = landscape(*place)
    population = np.empty((0, len(land.space)), np.int16)
    with contextlib.redirect_stdout(io.StringIO()):  # predictors say what they are
        for rows in asked(land, name, noise, seed):
            population = np.concatenate([population, rows])
            population = population[land.space.first_occurrences(population)]
            if len(population) >= budget:
                break
    population = population[:budget]
    return population, land.costs(population)


def best_known(place: tuple, seed: int, start: np.ndarray) -> float:
    """Hypervolume of a long search on the landscape, which starts from the tactics' fronts."""
    land = landscape(*place)
    history = nsga2(land.space, land.costs, len(land.objectives), 200, 500, 0.9, seed, start)
    return hypervolume(history.costs, land.reference, land.ideal)


def reached(curve: np.ndarray, level: float) -> int | None:
    """Validations at which a mean curve gets to a level; None where it does not."""
    there = np.flatnonzero(curve >= level)
    return int(there[0]) + 1 if len(there) else None


def await_all(runs: list[Future]) -> None:
    """And say how long still, were all of them alike."""
    begin = time.monotonic()
    for number, _ in enumerate(as_completed(runs), 1):
        left = (time.monotonic() - begin) / number * (len(runs) - number) / 60
        print(f"{number} of {len(runs)} runs, about {left:.0f} minutes left", file=sys.stderr)


def draw(table: pd.DataFrame, path: Path) -> None:
    figure, (axis,) = panels(1, height=4.6)
    for number, (name, rows) in enumerate(table.groupby("tactic", sort=False)):
        by = rows.set_index("validations")
        curve_with_band(axis, name, number, by["mean"], by["standard_deviation"])
    axis.set_xlabel("Validated sub-networks")
    axis.set_ylabel("Hypervolume (% of the best known)")
    axis.set_ylim(70, 100.5)
    legend_below(figure)
    files = (str(path.with_suffix(suffix)) for suffix in (".png", ".svg", ".csv"))
    save(figure, table, [], *files)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="1 seed, 60 validations")
    parser.add_argument("--tactics", nargs="+", default=list(PLANS), choices=PLANS)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--budget", type=int, default=max(BUDGETS), help="validations")
    parser.add_argument("--searches", type=int, default=4, help="for the best hypervolume known")
    parser.add_argument("--evaluator", default="gaussian_process", help=(
        f"{', '.join(REHEARSALS)}: models of published measurements; or package.module:Object"
    ))  # fmt: skip
    parser.add_argument("--objectives", nargs="+", default=["top1", "macs"])
    parser.add_argument("--noise", type=float, default=0.021, help="standard deviation, in points")
    parser.add_argument("--figure", type=Path, help="where to draw it, without a suffix")
    given = parser.parse_args()
    budget, seeds = (60, 1) if given.quick else (given.budget, given.seeds)
    number = min(given.searches, 1) if given.quick else given.searches
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor() as pool:
        place = given.evaluator, tuple(given.objectives), folder
        supernet(REHEARSALS.get(given.evaluator, given.evaluator)).prepare_data(
            Path(folder), LIMITS
        )
        runs = {
            name: [
                pool.submit(run, place, name, seed, given.noise, budget) for seed in range(seeds)
            ]
            for name in given.tactics
        }
        await_all([one for each in runs.values() for one in each])
        found = {name: [one.result() for one in each] for name, each in runs.items()}
        everything, points = map(
            np.concatenate, zip(*(one for each in found.values() for one in each), strict=True)
        )
        start = everything[front_mask(points)]
        searches = [pool.submit(best_known, place, s, start) for s in range(number)]
        land = landscape(*place)
        box = land.reference, land.ideal
        best = max([hypervolume(points, *box), *(search.result() for search in searches)])
    figures = {"share": {}} | {f"to_{level}": {} for level in LEVELS}
    parts, means = [], {}
    print(f"{given.evaluator}, {' and '.join(given.objectives)}, {seeds} seeds; % of {best:.5f}")
    print(f"{'':18}" + "".join(f"{b:>14}" for b in BUDGETS))
    for name, each in found.items():
        curves = 100 * np.array([hypervolume_curve(one, *box) for _, one in each]) / best
        mean, deviation = curves.mean(axis=0), curves.std(axis=0)
        means[name] = mean
        there = [b for b in BUDGETS if b <= budget]
        print(f"{name:18}" + "".join(f"{mean[b - 1]:8.2f} ± {deviation[b - 1]:.2f}" for b in there))
        figures["share"][name] = {b: round(mean[b - 1], 2) for b in there}
        for level in LEVELS:
            figures[f"to_{level}"][name] = reached(mean, level)
        parts.append(
            pd.DataFrame(
                {
                    "tactic": name,
                    "validations": np.arange(1, len(mean) + 1),
                    "mean": mean,
                    "standard_deviation": deviation,
                }
            )
        )
    if {"concurrent", "concurrent_paper"} <= set(means):
        figures["ratio_to_paper"] = {
            b: round(b / ours, 2) if ours else None
            for b in (200, 300, 400, 500)
            if b <= budget
            for ours in [reached(means["concurrent"], means["concurrent_paper"][b - 1])]
        }
    if given.figure is not None:
        draw(pd.concat(parts), given.figure)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
