"""Random search: what every other search must beat."""

import numpy as np

from archfront.core.space import SearchSpace
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
    initial: np.ndarray | None = None,
) -> History:
    """``population_size * generations`` distinct sub-networks, uniform over the elastic parameters,
    or the whole space; ``initial`` ones come first. Parameters as of
    :func:`archfront.search.nsga2.nsga2`; nothing recombines."""
    count = min(population_size * generations, space.size)
    population = first_population(space, evaluate, count, seed, initial).astype(np.int16)
    generation = np.arange(len(population)) // population_size
    costs = evaluate(population)
    return History(generation, population, costs, best(costs, population_size))
