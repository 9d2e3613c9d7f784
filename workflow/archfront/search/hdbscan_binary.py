"""HDBSCAN of whole populations, exact and fast.

Campello, Moulavi and Sander, "Density-Based Clustering Based on Hierarchical Density Estimates",
PAKDD 2013 (the paper's reference [22]). The hdbscan package compares every pair of rows as vectors
of floats. The rows of a search space are small whole numbers, so this module compares a pair by a
few bit operations. The labels equal those of the package with ``algorithm="prims_kdtree"`` exactly.
(The package's default algorithm breaks ties in another way. Ties are frequent among small whole
numbers, and both results are valid.)
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.core import types
from numba.extending import intrinsic

from archfront.core.types import Floats, Indices

Function = TypeVar("Function", bound=Callable[..., Any])

SYMBOLS = 4
"""A column whose values span less than this number is packed into bits. The column has one bit for
each value but the least; a row has the bit set if its value is at least as large."""
WORD = 64
BLOCK, ROWS = 1024, 16
"""Columns and rows of a block of distances. A block of this size stays in the fastest cache."""


def hdbscan_labels(rows: Indices, min_cluster_size: int, min_samples: int) -> Indices:
    """The cluster label of each row, -1 for noise: int64 ``n``.

    rows: int ``n x p`` with ``n`` at least ``min_samples + 1``; the distance is Euclidean.
    """
    from hdbscan.hdbscan_ import _tree_to_labels

    planes, wide = packed(rows)
    cores = core_distances(planes, wide, min_samples + 1)
    edges, squares = spanning_tree(planes, wide, cores)
    lengths = np.sqrt(squares)
    order = np.argsort(lengths)
    linkage = single_linkage(edges[order], lengths[order])
    labels: Indices = _tree_to_labels(rows, linkage, min_cluster_size)[0]
    return labels


def packed(rows: Indices) -> tuple[Indices, Indices]:
    """The columns with at most :data:`SYMBOLS` values as bits, uint64 ``words x 3 x n``, and the
    other columns as numbers from 0, int32 ``columns x n``."""
    numbers = (rows - rows.min(axis=0)).astype(np.int64)
    few = numbers.max(axis=0) < SYMBOLS
    narrow = numbers[:, few]
    planes = np.zeros((-(-narrow.shape[1] // WORD), SYMBOLS - 1, len(rows)), np.uint64)
    for place, column in enumerate(narrow.T):
        for plane in range(SYMBOLS - 1):
            bit = (column > plane).astype(np.uint64) << np.uint64(place % WORD)
            planes[place // WORD, plane] |= bit
    return planes, np.ascontiguousarray(numbers[:, ~few].T.astype(np.int32))


def compiled(function: Function) -> Function:
    """The function as machine code. The code is kept for later processes where numba finds a folder
    that it may write to; otherwise each process compiles the function."""
    try:
        made: Any = numba.njit(cache=True)(function)
    except RuntimeError:  # neither this module's folder nor the user's folder can be written
        made = numba.njit(function)
    return cast("Function", made)


@intrinsic
def _set_bits(context: Any, word: Any) -> Any:
    """Number of set bits of a uint64."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


@compiled
def _add_squares(
    planes: Indices, wide: Indices, row: int, first: int, last: int, out: Indices
) -> None:
    """Write the squared distances of ``row`` to the rows from ``first`` to ``last - 1`` to
    ``out``."""
    out[:] = 0
    for word in range(planes.shape[0]):
        # One view per plane: numba knows that one-dimensional views are contiguous.
        low, low_own = planes[word, 0, first:last], planes[word, 0, row]
        middle, middle_own = planes[word, 1, first:last], planes[word, 1, row]
        high, high_own = planes[word, 2, first:last], planes[word, 2, row]
        for other in range(last - first):
            one, two, three = (
                low[other] ^ low_own,
                middle[other] ^ middle_own,
                high[other] ^ high_own,
            )
            # A column whose values differ by d (1, 2 or 3) differs in d of the three planes. The
            # column adds d squared: 1, 4, or 1 + 8.
            by_three = one & two & three
            by_two = (one & two | two & three | one & three) & ~by_three
            # numba's types do not know that an intrinsic is called without its context.
            odd: np.uint64 = _set_bits(one ^ two ^ three)  # type: ignore[call-arg]
            out[other] += np.int32(odd + 4 * _set_bits(by_two) + 8 * _set_bits(by_three))
    for column in range(wide.shape[0]):
        here, others = wide[column, row], wide[column, first:last]
        for other in range(last - first):
            step = others[other] - here
            out[other] += step * step


@compiled
def _within(squares: Indices, limit: np.int32) -> np.int32:
    found = np.int32(0)  # int32 like the squares: the compiler then compares eight at a time
    for place in range(len(squares)):
        found += np.int32(squares[place] <= limit)
    return found


@compiled
def core_distances(planes: Indices, wide: Indices, wanted: int) -> Indices:
    """Squared core distance of each row: int32 ``n``. The core distance is the least distance
    within which ``wanted`` rows lie; the row itself is one of them."""
    count = planes.shape[2]
    cores = np.empty(count, np.int32)
    squares, limit, one = np.empty((ROWS, count), np.int32), np.int32(0), np.int32(1)
    for start in range(0, count, ROWS):
        stop = min(start + ROWS, count)
        for first in range(0, count, BLOCK):
            last = min(first + BLOCK, count)
            for row in range(start, stop):
                _add_squares(planes, wide, row, first, last, squares[row - start, first:last])
        for row in range(start, stop):
            near = squares[row - start]
            while _within(near, limit) < wanted:
                limit += one
            while limit > 0 and _within(near, limit - one) >= wanted:
                limit -= one
            cores[row] = limit
    return cores


@compiled
def spanning_tree(planes: Indices, wide: Indices, cores: Indices) -> tuple[Indices, Indices]:
    """Edges (int64 ``n - 1 x 2``) of a minimum spanning tree of the mutual reachability distances,
    and the squared lengths of the edges (int32 ``n - 1``). Prim's algorithm starts from the first
    row. Among rows at equal distance it takes the first one."""
    planes, wide, cores = planes.copy(), wide.copy(), cores.copy()
    count = left = planes.shape[2]
    far = np.int32(2**31 - 1)
    names, sources = np.arange(count, dtype=np.int32), np.zeros(count, np.int32)
    places = names.copy()  # present position of each row, by its original number (its name)
    reach, squares = np.full(count, far, np.int32), np.empty(count, np.int32)
    edges, lengths = np.empty((count - 1, 2), np.int64), np.empty(count - 1, np.int32)
    row = 0
    for step in range(count - 1):
        core, name = cores[row], names[row]
        _add_squares(planes, wide, row, 0, left, squares[:left])
        left -= 1  # the row is in the tree; the last remaining row takes its position
        # Loops, since numba takes long to compile the assignment of a slice.
        for word in range(planes.shape[0]):
            for plane in range(planes.shape[1]):
                planes[word, plane, row] = planes[word, plane, left]
        for column in range(wide.shape[0]):
            wide[column, row] = wide[column, left]
        cores[row], names[row], squares[row] = cores[left], names[left], squares[left]
        reach[row], sources[row] = reach[left], sources[left]
        places[names[row]] = row
        nearest = far
        for other in range(left):  # without branches, so that the CPU does eight at a time
            mutual = max(squares[other], cores[other], core)
            before = reach[other]
            sources[other] = name if mutual < before else sources[other]
            reach[other] = min(mutual, before)
            nearest = min(nearest, reach[other])
        first = far
        for other in range(left):
            first = min(first, names[other] if reach[other] == nearest else far)
        row = places[first]
        edges[step, 0], edges[step, 1], lengths[step] = sources[row], names[row], nearest
    return edges, lengths


@compiled
def single_linkage(edges: Indices, lengths: Floats) -> Floats:
    """The single-linkage tree in the format of scipy's linkage: float64 ``n - 1 x 4``. ``edges``
    are in ascending order of length."""
    count = len(edges) + 1
    owner = np.arange(2 * count - 1)
    sizes = np.ones(2 * count - 1)
    merged = np.empty((count - 1, 4))
    for step in range(count - 1):
        for side in range(2):
            member = top = edges[step, side]
            while owner[top] != top:
                top = owner[top]
            while owner[member] != top:  # path compression
                owner[member], member = top, owner[member]
            merged[step, side] = top
            owner[top] = count + step
        sizes[count + step] = sizes[int(merged[step, 0])] + sizes[int(merged[step, 1])]
        merged[step, 2], merged[step, 3] = lengths[step], sizes[count + step]
    return merged
