"""The search of Once-for-All: an accuracy predictor trained on many samples, then one evolutionary
search for each of several limits of the cost.

Cai et al., "Once-for-All: Train One Network and Specialize It for Efficient Deployment", ICLR 2020
(the paper's reference [1]). The predictor is a perceptron with three layers of 400 units on one-hot
features. The evolution has a population of 100 and 500 generations. A quarter of the population are
parents. Half of the children are mutants (each gene mutates with probability 0.1), and half come
from uniform crossover. Only sub-networks within the limit enter the population. The published
predictor is trained on 16,000 sub-networks.
"""

from collections.abc import Callable

import numpy as np

from archfront.core.objective import OBJECTIVES
from archfront.core.pareto import costs, costs_and_excess
from archfront.predictors.predictor import standardised
from archfront.search.operators import resampling_mutation
from archfront.search.proposal import modelled
from archfront.search.tactic import Tactic

LAYERS = (400, 400, 400)
POPULATION, PARENTS, GENERATIONS, MUTATION = 100, 25, 500, 0.1


class OnceForAllSearch(Tactic):
    """The first objective is the quality; all other objectives are limited.

    A batch holds one sub-network for each limit; the limits are spread evenly over the measured
    range of the costs, up to the bound if there is one. With more than two objectives, a limit is
    the same share of the range of each limited objective. Each batch trains the predictors anew on
    all measurements. Exact objectives are computed.
    """

    def propose(self, count: int, seed: int) -> np.ndarray:
        models = {n: self._model(n) for n in self.objectives if OBJECTIVES[n].evaluation != "exact"}
        values = modelled(self.supernet, self.space, self.objectives, models)

        def evaluate(rows: np.ndarray) -> np.ndarray:
            return costs_and_excess(values(rows), self.objectives, {})[0]

        plain, beyond = self.costs_and_excess()
        measured = plain[(beyond == 0) | bool((beyond > 0).all()), 1:]
        low, high = measured.min(axis=0), measured.max(axis=0)
        for number, name in enumerate(self.objectives[1:]):
            if name in self.bounds:
                high[number] = costs(np.array([self.bounds[name]]), [name])[0]
        shares = (np.arange(count) + 1) / count
        found = [
            evolved(self, evaluate, low + share * (high - low), [seed, number])
            for number, share in enumerate(shares)
        ]
        return self.new(np.concatenate(found), count, seed)

    def _model(self, name: str) -> Callable[[np.ndarray], np.ndarray]:
        from sklearn.neural_network import MLPRegressor

        there = self.values[name].notna().to_numpy()
        target, middle, scale = standardised(self.values[name][there].to_numpy())
        model = MLPRegressor(hidden_layer_sizes=LAYERS, max_iter=300, random_state=0)
        one_hot = self.supernet.space.one_hot
        model.fit(one_hot(self.measured[there]), target)
        return lambda rows: middle + scale * model.predict(one_hot(rows))


def evolved(
    tactic: OnceForAllSearch,
    evaluate: Callable[[np.ndarray], np.ndarray],
    limit: np.ndarray,
    seed: list[int],
) -> np.ndarray:
    """The best sub-network within ``limit``, which has a cost per limited objective: ``1 x p``, or
    ``0 x p`` if the search finds no sub-network within the limit."""
    space, random = tactic.space, np.random.default_rng(seed)
    smallest = np.zeros((1, len(space)), np.int16)
    rows = np.concatenate([smallest, space.sample(min(20 * POPULATION, space.size), seed)])
    rows, found = _within(rows, evaluate(rows), limit)
    for _ in range(GENERATIONS):
        if not len(rows):
            break
        kept = np.argsort(found[:, 0], kind="stable")[:PARENTS]
        rows, found = rows[kept], found[kept]
        first, second = rows[random.integers(len(rows), size=(2, POPULATION))]
        crossed = np.where(random.random(first.shape) < 0.5, first, second)
        mutants = resampling_mutation(first, space.cardinalities, MUTATION, random)
        half = np.arange(POPULATION)[:, None] < POPULATION // 2
        children = np.where(half, mutants, crossed)
        children, costs = _within(children, evaluate(children), limit)
        rows, found = np.concatenate([rows, children]), np.concatenate([found, costs])
    return rows[np.argsort(found[:, 0], kind="stable")[:1]]


def _within(
    rows: np.ndarray, costs: np.ndarray, limit: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    there = (costs[:, 1:] <= limit).all(axis=1)
    return rows[there], costs[there]
