"""The initial sub-networks of an experiment."""

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

    The ``given`` configurations come first; the smallest and the largest sub-network follow if
    ``extremes``. The rest are uniformly random sub-networks, or sub-networks spread evenly from
    small to large if ``even``. The result depends on the arguments alone. A larger ``count`` adds
    rows at the end. ValueError if the space has fewer than ``count`` sub-networks.
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
