"""Choosing a batch by how much hypervolume it is expected to gain."""

import heapq

import numpy as np

from archfront.search.pareto import front_mask, hypervolume


def best_by_gain(
    known: np.ndarray,
    candidates: np.ndarray,
    count: int,
    reference: np.ndarray,
    ideal: np.ndarray,
) -> tuple[np.ndarray, float]:
    """Rows of at most ``count`` candidates, each of which adds most to the hypervolume of ``known``
    and of those before it, and what they add together, in units of the box between ``reference``
    and ``ideal``. What adds nothing is left out.

    ``known`` and ``candidates`` are costs, both predicted: against measured ones, noise that looks
    good would keep out what is better. Greedy, which gains at least 63 % of what the best batch
    would (Nemhauser et al., Mathematical Programming 14, 1978).
    """
    front = known[front_mask(known)]
    before = start = hypervolume(front, reference, ideal)

    def gain(row: int) -> float:
        return hypervolume(np.vstack([front, candidates[row]]), reference, ideal) - before

    # A gain only shrinks as the front grows: one that is up to date and on top is the largest.
    heap = [(-gain(row), row, 0) for row in range(len(candidates))]
    heapq.heapify(heap)
    chosen: list[int] = []
    while heap and len(chosen) < count:
        negative, row, computed = heapq.heappop(heap)
        if computed < len(chosen):
            heapq.heappush(heap, (-gain(row), row, len(chosen)))
        elif negative < 0:
            chosen.append(row)
            front = np.vstack([front, candidates[row]])
            front = front[front_mask(front)]
            before = hypervolume(front, reference, ideal)
        else:
            break
    return np.array(chosen, int), before - start
