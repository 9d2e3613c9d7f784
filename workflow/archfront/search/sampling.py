"""The sub-networks that an experiment starts from."""

from collections.abc import Mapping, Sequence

import numpy as np

from archfront.core.space import SearchSpace


def initial_sample(
    space: SearchSpace,
    count: int,
    seed: int,
    extremes: bool = True,
    given: Sequence[Mapping] = (),
    even: bool = False,
) -> np.ndarray:
    """``count`` distinct sub-networks: int16 ``count x p``.

    First the ``given`` configurations, then the smallest and the largest sub-network where asked
    for, then uniformly random ones, or such as go evenly from small to large. Depends on its
    arguments alone, and a prefix stays a prefix when ``count`` grows.
    """
    parts = [space.encode(given)]
    if extremes:
        parts.append(space.extremes())
    first = sum(len(part) for part in parts)
    draw = space.spread if even else space.sample
    parts.append(draw(min(count + first, space.size), seed))
    population = np.concatenate(parts)
    population = population[space.first_occurrences(population)]
    if len(population) < count:
        raise ValueError(f"{count} samples asked for, the space has only {space.size}")
    return population[:count]
