"""NSGA-II on whole generations as arrays: the default search algorithm.

Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II", IEEE Transactions on
Evolutionary Computation 6(2), 2002. Each step is the same as in pymoo's NSGA-II: ranks and crowding
distances are equal, and random draws have the same distribution. This implementation has no object
per individual, since the objects take more time than all of the predictions.
"""

import numpy as np

from archfront.core.space import SearchSpace
from archfront.core.types import Floats, Indices
from archfront.search.crowding import crowded_ranks, survivors
from archfront.search.evolution import Evaluate, History, first_population
from archfront.search.operators import resampling_mutation, uniform_crossover

MATINGS = 100
"""Maximum number of rounds of mating to fill a generation with new sub-networks."""


def nsga2(
    space: SearchSpace,
    evaluate: Evaluate,
    objectives: int,
    population_size: int,
    generations: int,
    crossover_rate: float,
    seed: int,
    initial: Indices | None = None,
    mutation_rate: float | None = None,
) -> History:
    """NSGA-II with categorical operators and canonical de-duplication (paper, section 4.2).

    ``evaluate`` gives the costs of a population. ``crossover_rate`` is the probability that a pair
    of parents recombines. ``mutation_rate`` is the probability that a gene changes; None: 1 /
    ``population_size``.

    The first population holds the ``initial`` rows. If these are too few, random rows are added; if
    they are too many, the best by non-dominated rank and crowding distance are kept. In a space
    with fewer sub-networks than ``population_size`` the population is the whole space. The search
    ends early when it finds no new sub-network.
    """
    random = np.random.default_rng(seed)
    size = min(population_size, space.size)
    rate = 1 / population_size if mutation_rate is None else mutation_rate
    population = first_population(space, evaluate, size, seed, initial).astype(np.int16)
    costs, keys = evaluate(population), space.hashes(population)
    visited: list[Indices] = [population]
    every_cost, place = [costs], np.arange(size)
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
            rate,
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
    parents: Indices,
    costs: Floats,
    crowding: Floats,
    known: Indices,
    count: int,
    crossover_rate: float,
    mutation_rate: float,
    random: np.random.Generator,
) -> tuple[Indices, Indices]:
    """``count`` children whose hashes are not in ``known``, and the hashes of the children. The
    children are fewer if :data:`MATINGS` rounds of mating do not find enough. Tournaments on the
    ``costs`` and ``crowding`` distances of the parents choose the parents that mate."""
    children, child_keys = np.empty((0, len(space)), np.int16), np.empty(0, np.uint64)
    for _ in range(MATINGS):
        missing = count - len(children)
        if not missing:
            break
        wanted = 2 * -(-3 * missing // 4)  # even, and more than missing: some will be known
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


def tournament(costs: Floats, crowding: Floats, count: int, random: np.random.Generator) -> Indices:
    """Row numbers of ``count`` parents: the winners of tournaments between two random rows. A row
    that dominates the other wins; otherwise the row with the larger crowding distance wins; a
    random row wins if the distances are equal. The numbers of tournaments per row differ by at most
    one."""
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


def unseen(keys: Indices, seen: Indices) -> Indices:
    """Positions, ascending, of the first occurrence of each of ``keys`` that is not in ``seen``."""
    _, first = np.unique(np.concatenate([seen, keys]), return_index=True)
    return np.sort(first[first >= len(seen)] - len(seen))
