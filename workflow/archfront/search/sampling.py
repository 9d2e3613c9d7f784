"""The initial sub-networks of an experiment, and batches that are filled with random ones."""

from collections.abc import Sequence

import numpy as np

from archfront.core.space import Configuration, SearchSpace
from archfront.core.types import Indices


def initial_sample(
    space: SearchSpace,
    count: int,
    seed: int,
    extremes: bool = True,
    given: Sequence[Configuration] = (),
    even: bool = False,
) -> Indices:
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


def filled(
    space: SearchSpace, candidates: Indices, taken: set[str], count: int, seed: int
) -> Indices:
    """The first ``count`` distinct rows that are not ``taken`` (digests): candidates, then random
    rows. Fewer rows only if ``space`` has no more sub-networks."""
    rows = candidates[:0]
    for some in (candidates[: 2 * count], candidates):  # digests of thousands of rows are slow
        if len(rows) < count:
            rows = some[not_taken(space, some, taken)][:count]
    if len(rows) < count:
        random = space.sample(min(len(taken) + count, space.size), [seed, 1])
        rows = np.concatenate([rows, random])
        rows = rows[not_taken(space, rows, taken)][:count]
    return rows


def not_taken(space: SearchSpace, population: Indices, taken: set[str]) -> Indices:
    """Row numbers of the first occurrence of each sub-network that is not taken."""
    first = space.first_occurrences(population)
    digests = space.digests(population[first])
    new: Indices = first[[digest not in taken for digest in digests]]
    return new
