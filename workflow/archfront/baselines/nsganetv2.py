"""NSGANetV2 (MSuNAS): surrogates in the loop, and batches that even out the front.

Lu et al., "NSGANetV2: Evolutionary Multi-Objective Surrogate-Assisted Neural Architecture Search",
ECCV 2020. The surrogate with the best rank correlation in ten-fold cross-validation is chosen from
four ("adaptive switching"). An NSGA-II with a population of 40 runs for 20 generations. It starts
from the measured front, with two-point crossover at rate 0.9 and polynomial mutation with eta 1.
The batch consists of the sub-networks of the last population that spread the measured front most
evenly along the second objective. The published settings are 100 initial sub-networks, then 30
batches of 8.
"""

from collections.abc import Callable
from functools import partial
from warnings import catch_warnings

import numpy as np
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.core.problem import Problem
from pymoo.operators.crossover.pntx import TwoPointCrossover
from pymoo.operators.mutation.pm import PM
from pymoo.operators.repair.rounding import RoundingRepair
from pymoo.optimize import minimize
from scipy.interpolate import RBFInterpolator

from archfront.core.metrics import exact_unit, tau
from archfront.core.objective import OBJECTIVES
from archfront.core.pareto import BEYOND, costs_and_excess, front_mask, penalised
from archfront.predictors.predictor import standardised
from archfront.search.operators import CanonicalDuplicates
from archfront.search.proposal import modelled
from archfront.search.sampling import initial_sample
from archfront.search.tactic import Tactic

POPULATION, GENERATIONS, CROSSOVER, ETA = 40, 20, 0.9, 1.0
FOLDS = 10
SWAPS = 50
"""Maximum number of swaps in the search for the batch that evens out the front. The search ends
earlier when no swap helps."""

Surrogate = Callable[[np.ndarray], np.ndarray]


class NSGANetV2(Tactic):
    """Batches even out the front along the last objective, for any number of objectives."""

    def first(self, count: int) -> np.ndarray:
        return initial_sample(self.space, count, self.seed)

    def propose(self, count: int, seed: int) -> np.ndarray:
        own = self.supernet.space
        rows, (plain, beyond) = self.measured[self.there()], self.costs_and_excess()
        names = {*self.objectives, *self.bounds}
        values = modelled(self.supernet, self.space, names, self._surrogates())

        def evaluate(population: np.ndarray) -> np.ndarray:
            told = values(population.astype(np.int16))
            return penalised(*costs_and_excess(told, self.objectives, self.bounds))

        front = front_mask(penalised(plain, beyond))
        start = rows[front & own.contained_in(rows, self.space)]
        start = own.convert(start, self.space)
        random = self.space.sample(min(POPULATION, self.space.size), [seed, 0])
        start = np.concatenate([start, random])
        start = start[self.space.first_occurrences(start)][: max(POPULATION, front.sum())]
        candidates = _searched(self, evaluate, start, seed)
        candidates = self.new(candidates, len(candidates), seed)
        along = evaluate(candidates)[:, -1]
        inside = along < BEYOND
        within = candidates[inside]
        chosen = evenly(plain[front][:, -1], along[inside], min(count, len(within)), seed)
        return self.new(np.concatenate([within[chosen], candidates[~inside]]), count, seed)

    def _surrogates(self) -> dict[str, Surrogate]:
        made: dict[str, Surrogate] = {}
        for name in self.objectives:
            if OBJECTIVES[name].evaluation != "exact":
                there = self.values[name].notna().to_numpy()
                fitted = switched(self._features(self.measured[there]), self.values[name][there])
                made[name] = partial(self._answer, fitted)
        return made

    def _answer(self, fitted: Surrogate, rows: np.ndarray) -> np.ndarray:
        return fitted(self._features(rows))

    def _features(self, rows: np.ndarray) -> np.ndarray:
        """Index of each parameter's value plus 1, or 0 where the parameter is inactive: float64
        ``n x p``."""
        return self.supernet.space.canonical(rows) + 1.0


def switched(rows: np.ndarray, values: np.ndarray) -> Surrogate:
    """The best of the four surrogates, fitted to all rows. The best has the highest Kendall's tau
    of its predictions for left-out folds; a NaN counts as -1."""
    unit = exact_unit(values)  # the tree stops at an absolute impurity
    values = np.asarray(values, float) / unit
    fold = np.random.default_rng(0).permutation(len(values)) % min(FOLDS, len(values))
    scores = {}
    for name, fit in SURROGATES.items():
        predicted = np.empty(len(values))
        for number in np.unique(fold):
            test = fold == number
            predicted[test] = fit(rows[~test], values[~test])(rows[test])
        scores[name] = np.nan_to_num(tau(values, predicted), nan=-1)
    best = max(scores, key=lambda name: scores[name])
    print(f"{best}, of rank correlations {', '.join(f'{n} {s:.3f}' for n, s in scores.items())}")
    fitted = SURROGATES[best](rows, values)
    return lambda some: unit * fitted(some)


def _gaussian_process(rows: np.ndarray, values: np.ndarray) -> Surrogate:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    kernel = ConstantKernel() * RBF(10.0) + WhiteKernel(0.1, (1e-10, 1e2))
    with catch_warnings(category=ConvergenceWarning, action="ignore"):  # no noise is valid
        return GaussianProcessRegressor(kernel, normalize_y=True).fit(rows, values).predict


def _radial_basis(rows: np.ndarray, values: np.ndarray) -> Surrogate:
    """A cubic kernel with a linear tail. If the rows are too few for a linear tail, a linear kernel
    with a constant tail."""
    enough = np.linalg.matrix_rank(rows - rows.mean(axis=0)) == rows.shape[1]
    _, first = np.unique(rows, axis=0, return_index=True)
    kernel = "cubic" if enough else "linear"
    return RBFInterpolator(rows[first], values[first], kernel=kernel, degree=int(enough))


def _perceptron(rows: np.ndarray, values: np.ndarray) -> Surrogate:
    from sklearn.neural_network import MLPRegressor

    target, middle, scale = standardised(values)
    model = MLPRegressor(hidden_layer_sizes=(100,), max_iter=1000, random_state=0)
    model.fit(rows, target)
    return lambda some: middle + scale * model.predict(some)


def _tree(rows: np.ndarray, values: np.ndarray) -> Surrogate:
    from sklearn.tree import DecisionTreeRegressor

    return DecisionTreeRegressor(random_state=0).fit(rows, values).predict


SURROGATES = {
    "gaussian process": _gaussian_process,
    "radial basis": _radial_basis,
    "perceptron": _perceptron,
    "tree": _tree,
}


def _searched(
    tactic: NSGANetV2, evaluate: Callable[[np.ndarray], np.ndarray], start: np.ndarray, seed: int
) -> np.ndarray:
    """The last population of the inner search, in ascending order of non-dominated rank."""
    space = tactic.space

    class Predicted(Problem):  # type: ignore[misc]  # pymoo has no types
        def _evaluate(
            self,
            population: np.ndarray,
            out: dict[str, np.ndarray],
            *args: object,
            **kwargs: object,
        ) -> None:
            out["F"] = evaluate(population)

    problem = Predicted(
        n_var=len(space), n_obj=len(tactic.objectives), xl=0, xu=space.cardinalities - 1, vtype=int
    )
    search = NSGA2(
        POPULATION,
        sampling=start.astype(int),
        crossover=TwoPointCrossover(prob=CROSSOVER),
        mutation=PM(eta=ETA, vtype=float, repair=RoundingRepair()),
        eliminate_duplicates=CanonicalDuplicates(space),
    )
    last = minimize(problem, search, ("n_gen", GENERATIONS), seed=seed).pop
    order = np.argsort(last.get("rank"), kind="stable")
    return last.get("X")[order].astype(np.int16)


def evenly(front: np.ndarray, candidates: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Indices of ``count`` candidates that even out the front along one objective.

    The criterion is the standard deviation of the gaps between neighbours among the front and the
    candidates; lower is better. The search starts from random candidates and makes the best swap in
    each round.
    """
    random = np.random.default_rng(seed)
    chosen = random.permutation(len(candidates))[:count].tolist()

    def deviation(numbers: list[int]) -> float:
        return float(np.std(np.diff(np.sort(np.concatenate([front, candidates[numbers]])))))

    now = deviation(chosen)
    for _ in range(SWAPS):
        others = sorted(set(range(len(candidates))) - set(chosen))
        swaps = [
            (deviation([*chosen[:place], other, *chosen[place + 1 :]]), place, other)
            for place in range(count)
            for other in others
        ]
        better, place, other = min(swaps, default=(now, 0, 0))
        if better >= now:
            break
        now, chosen[place] = better, other
    return np.array(chosen, int)
