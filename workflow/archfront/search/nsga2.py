"""NSGA-II, whole generations as arrays: the default search.

Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II", IEEE Transactions on
Evolutionary Computation 6(2), 2002. The same algorithm as pymoo's, step by step (rank and crowding
are equal, what is drawn at random is equally distributed), without an object per individual: those
cost more than all of the predictions.
"""

import numpy as np

from archfront.core.space import SearchSpace
from archfront.search.crowding import crowded_ranks, survivors
from archfront.search.evolution import Evaluate, History, first_population
from archfront.search.operators import resampling_mutation, uniform_crossover

MATINGS = 100
"""How often parents mate at most until a generation is full of new sub-networks."""


def nsga2(
    space: SearchSpace,
    evaluate: Evaluate,
    objectives: int,
    population_size: int,
    generations: int,
    crossover_rate: float,
    seed: int,
    initial: np.ndarray | None = None,
) -> History:
    """NSGA-II with categorical operators and canonical de-duplication (paper, section 4.2).

    Mutation rate 1 / population size per gene. ``initial`` rows enter the first population; random
    ones fill it up, more than fit are reduced by rank and crowding. In a space with fewer
    sub-networks than ``population_size`` the population is the space.
    """
    random = np.random.default_rng(seed)
    size = min(population_size, space.size)
    population = first_population(space, evaluate, size, seed, initial).astype(np.int16)
    costs, keys = evaluate(population), space.hashes(population)
    visited, every_cost, place = [population], [costs], np.arange(size)
    _, crowding = crowded_ranks(costs)
    for _ in range(1, generations):
        children, child_keys = offspring(
            space,
            population,
            costs,
            crowding,
            keys,
            size,
            crossover_rate,
            1 / population_size,
            random,
        )
        if not len(children):
            break
        place = np.concatenate([place, sum(map(len, visited)) + np.arange(len(children))])
        visited.append(children)
        every_cost.append(evaluate(children))
        costs = np.concatenate([costs, every_cost[-1]])
        kept, crowding = survivors(costs, size, random)
        population = np.concatenate([population, children])[kept]
        keys = np.concatenate([keys, child_keys])[kept]
        costs, place = costs[kept], place[kept]
    generation = np.repeat(np.arange(len(visited)), [len(v) for v in visited])
    return History(generation, np.concatenate(visited), np.concatenate(every_cost), place)


def offspring(
    space: SearchSpace,
    parents: np.ndarray,
    costs: np.ndarray,
    crowding: np.ndarray,
    known: np.ndarray,
    count: int,
    crossover_rate: float,
    mutation_rate: float,
    random: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """``count`` children whose hashes are not ``known``, and their hashes; fewer if
    :data:`MATINGS` do not give them. ``costs`` and ``crowding`` of the parents decide who mates."""
    children, child_keys = np.empty((0, len(space)), np.int16), np.empty(0, np.uint64)
    for _ in range(MATINGS):
        missing = count - len(children)
        if not missing:
            break
        wanted = 2 * -(-3 * missing // 4)  # an even number: some children will be known
        mating = parents[tournament(costs, crowding, wanted, random)]
        crossed = uniform_crossover(
            mating.reshape(-1, 2, len(space)).swapaxes(0, 1), crossover_rate, random
        )
        mutated = resampling_mutation(
            crossed.reshape(-1, len(space)), space.cardinalities, mutation_rate, random
        )
        mutated_keys = space.hashes(mutated)
        fresh = unseen(mutated_keys, np.concatenate([known, child_keys]))[:missing]
        children = np.concatenate([children, mutated[fresh]])
        child_keys = np.concatenate([child_keys, mutated_keys[fresh]])
    return children, child_keys


def tournament(
    costs: np.ndarray, crowding: np.ndarray, count: int, random: np.random.Generator
) -> np.ndarray:
    """Rows of ``count`` parents: of two random ones that which dominates the other, or else lies
    less crowded, or else either. Each row stands in equally many tournaments."""
    rounds = -(-2 * count // len(costs))
    order = random.permuted(np.tile(np.arange(len(costs)), (rounds, 1)), axis=1).ravel()
    first, second = order[: 2 * count].reshape(count, 2).T
    better = (costs[first] <= costs[second]).all(axis=1)
    worse = (costs[second] <= costs[first]).all(axis=1)
    alike = better == worse  # neither dominates, or equal costs
    sparser = crowding[first] > crowding[second]
    tied = crowding[first] == crowding[second]
    wins = np.where(alike, np.where(tied, random.random(count) < 0.5, sparser), better)
    return np.where(wins, first, second)


def unseen(keys: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Places of the first of each of ``keys`` that is not among ``seen``, in order."""
    _, first = np.unique(np.concatenate([seen, keys]), return_index=True)
    return np.sort(first[first >= len(seen)] - len(seen))
