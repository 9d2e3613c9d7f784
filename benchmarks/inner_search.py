"""How many predicted sub-networks a second the inner search visits, and where the time goes.

NSGA-II with population 100, top-1 by the predictor that `auto` chooses from 100 rows, exact MACs,
on Once-for-All MobileNetV3; one core. Beside it pymoo's NSGA-II with archfront's operators, and a
plain loop that predicts and varies one individual after the other. And how long an iteration of
ConcurrentNAS takes at 250 measurements, all but measuring: training, a search of 200 generations,
choosing 10.
"""

import argparse
import contextlib
import io
import json
import time
from collections.abc import Callable

import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import Problem
from pymoo.optimize import minimize
from threadpoolctl import threadpool_limits

from archfront.core.space import SearchSpace
from archfront.predictors import predictor
from archfront.predictors.features import Features
from archfront.search.crowding import survivors
from archfront.search.nsga2 import nsga2
from archfront.search.operators import (
    CanonicalDuplicates,
    ResamplingMutation,
    UniformCrossover,
    resampling_mutation,
    uniform_crossover,
)
from archfront.search.proposal import SearchSettings, predicted
from archfront.supernets.registry import supernet
from archfront.tactics import tactic

POPULATION, CROSSOVER = 100, 0.9
AIM = 100_000
ITERATION = 2


def seconds(call: Callable, repeats: int) -> float:
    """The best of a few: interference only takes time."""
    found = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        found.append(time.perf_counter() - begin)
    return min(found)


def pymoo_search(space: SearchSpace, evaluate: Callable, generations: int) -> None:
    class Predicted(Problem):
        def _evaluate(self, population, out, *args, **kwargs):
            out["F"] = evaluate(population.astype(np.int16))

    operators = {
        "crossover": UniformCrossover(CROSSOVER),
        "mutation": ResamplingMutation(space, 1 / POPULATION),
        "eliminate_duplicates": CanonicalDuplicates(space),
    }
    minimize(
        Predicted(n_var=len(space), n_obj=2, xl=0, xu=space.cardinalities - 1, vtype=int),
        NSGA2(POPULATION, sampling=space.sample(POPULATION, 1).astype(int), **operators),
        ("n_gen", generations),
        seed=1,
    )


def loop_search(space: SearchSpace, evaluate: Callable, generations: int) -> None:
    random = np.random.default_rng(1)
    population = space.sample(POPULATION, 1)
    costs = np.concatenate([evaluate(row[None]) for row in population])
    for _ in range(1, generations):
        children, found, seen = [], [], set(space.keys(population))
        while len(children) < POPULATION:
            parents = population[random.integers(POPULATION, size=2)][:, None]
            child = uniform_crossover(parents, CROSSOVER, random)[0]
            child = resampling_mutation(child, space.cardinalities, 1 / POPULATION, random)
            (key,) = space.keys(child)
            if key not in seen:
                seen.add(key)
                children.append(child)
                found.append(evaluate(child))
        population, costs = np.concatenate([population, *children]), np.concatenate([costs, *found])
        kept, _ = survivors(costs, POPULATION, random)
        population, costs = population[kept], costs[kept]


def quality(network, rows: np.ndarray) -> np.ndarray:
    """Something that rises with the MACs, and noise."""
    noise = np.random.default_rng(0).normal(size=len(rows))
    return 10 * np.log(network.exact("macs", rows)) + 0.05 * noise


def seconds_per_iteration(network, repeats: int) -> float:
    rows, objectives = network.space.spread(250, 1), ["top1", "macs"]
    settings = SearchSettings("nsga2", POPULATION, 200, CROSSOVER)
    asked = tactic("concurrent")(network, objectives, {"top1": "auto"}, settings, 1)
    asked.tell(rows, {"top1": quality(network, rows), "macs": network.exact("macs", rows)})
    with contextlib.redirect_stdout(io.StringIO()):
        return seconds(lambda: asked.ask(10), repeats)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer generations")
    generations, repeats = (50, 1) if parser.parse_args().quick else (500, 5)
    threadpool_limits(1)
    network = supernet("ofa_mbv3_w1.0")
    space, features = network.space, Features(network)
    rows = space.sample(100, 1)
    with contextlib.redirect_stdout(io.StringIO()):
        trained = predictor.fit_best("auto", features, rows, quality(network, rows))
    found = predicted(network, space, ["top1", "macs"], {"top1": trained})

    def evaluate(population: np.ndarray) -> np.ndarray:
        objectives = found(population)
        return np.stack([-objectives["top1"], objectives["macs"]], axis=1)

    visited = POPULATION * generations
    ours = seconds(
        lambda: nsga2(space, evaluate, 2, POPULATION, generations, CROSSOVER, 1), repeats
    )
    few = max(10, generations // 10)
    rates = {
        "archfront": visited / ours,
        "pymoo": few * POPULATION / seconds(lambda: pymoo_search(space, evaluate, few), repeats),
        "loop": 3 * POPULATION / seconds(lambda: loop_search(space, evaluate, 3), repeats),
    }
    some = space.sample(POPULATION, 2)
    predicting = generations * seconds(lambda: [evaluate(some) for _ in range(20)], repeats) / 20
    print(f"predictor: {trained.kind} on {trained.features}; population {POPULATION}, one core")
    for name, rate in rates.items():
        print(f"{name:10} {rate:12,.0f} a second   {rate / rates['archfront']:8.4f}")
    print(f"of which predicting and counting MACs {predicting / ours:.0%}; aim {AIM:,} a second")
    iteration = seconds_per_iteration(network, repeats)
    print(f"an iteration at 250 measurements: {iteration:.2f} s; aim {ITERATION} s")
    figures = {
        "evaluations_per_second": round(rates["archfront"]),
        "ratio_to_pymoo": round(rates["archfront"] / rates["pymoo"], 2),
        "ratio_to_loop": round(rates["archfront"] / rates["loop"], 1),
        "seconds_per_iteration": round(iteration, 2),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
