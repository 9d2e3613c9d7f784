"""Random search: the baseline of all other searches."""

import numpy as np

from archfront.core.space import SearchSpace
from archfront.core.types import Indices
from archfront.search.crowding import best
from archfront.search.evolution import Evaluate, History, first_population


def random(
    space: SearchSpace,
    evaluate: Evaluate,
    objectives: int,
    population_size: int,
    generations: int,
    crossover_rate: float,
    seed: int,
    initial: Indices | None = None,
) -> History:
    """A history of ``population_size * generations`` distinct sub-networks, drawn uniformly over
    the elastic parameters. A smaller space is visited completely. The ``initial`` sub-networks come
    first.

    The parameters are those of :func:`archfront.search.nsga2.nsga2`. ``crossover_rate`` has no
    effect, since individuals do not recombine.
    """
    count = min(population_size * generations, space.size)
    population = first_population(space, evaluate, count, seed, initial).astype(np.int16)
    generation = np.arange(len(population)) // population_size
    costs = evaluate(population)
    return History(generation, population, costs, best(costs, population_size))
