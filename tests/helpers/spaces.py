"""Small spaces and costs whose true front is known."""

from itertools import product

import numpy as np

from archfront.core.pareto import hypervolume
from archfront.core.space import ElasticParameter, SearchSpace
from archfront.search.algorithms import algorithm

SMALL = SearchSpace(
    [ElasticParameter("d", (1, 2, 3))]
    + [ElasticParameter("ks", (3, 5, 7), controller=0, threshold=i + 1) for i in range(3)]
    + [ElasticParameter("e", (3, 4, 6))] * 4
)


def trade_off(space):
    """Two costs that contradict each other, different for each gene; only active genes count."""
    quality = np.random.default_rng(5).random((len(space), 4))

    def evaluate(population):
        canonical = space.canonical(population)
        gain = quality[np.arange(len(space)), canonical] * (canonical >= 0)
        return np.stack([-gain.sum(axis=1), (canonical + 1).sum(axis=1) ** 1.5], axis=1)

    return evaluate


def assert_front_found(space, name, size, generations):
    """The algorithm of this name finds at least 99 % of the hypervolume of the true front, and more
    than random search with as many sub-networks, in each of three seeds."""
    evaluate = trade_off(space)
    everything = np.array(list(product(*(range(len(p.values)) for p in space.parameters))))
    truth = evaluate(everything)
    corners = truth.max(axis=0), truth.min(axis=0)
    exact = hypervolume(truth, *corners)
    for seed in range(3):
        history = algorithm(name, 2)(space, evaluate, 2, size, generations, 0.9, seed)
        assert (
            len(set(space.keys(history.population))) == len(history.population) or name == "nsga2"
        )
        found = hypervolume(history.costs, *corners)
        random = space.sample(len(set(space.keys(history.population))), seed)
        assert found >= 0.99 * exact and found > hypervolume(evaluate(random), *corners)
