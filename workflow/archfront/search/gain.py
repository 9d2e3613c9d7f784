"""Choosing a batch by how much hypervolume it is expected to gain."""

import heapq

import numpy as np

from archfront.search.pareto import front_mask


def best_by_gain(
    known: np.ndarray,
    candidates: np.ndarray,
    count: int,
    reference: np.ndarray,
    ideal: np.ndarray,
) -> tuple[np.ndarray, float]:
    """Rows of at most ``count`` candidates, each of which is expected to add most to the
    hypervolume of ``known`` and of those before it, and what they are expected to add together, in
    units of the box between ``reference`` and ``ideal``. What adds nothing is left out.

    ``known`` (``d x n x m``) and ``candidates`` (``d x c x m``) are costs that all rows together
    may have, in ``d`` equally likely ways; infinite ones add nothing. Not measured ones: against
    these, noise that looks good would keep out what is better. The expectation is the mean over the
    ways; that whole rows go together keeps the batch from betting on one error of a model ten times
    (Daulton et al., "Differentiable Expected Hypervolume Improvement for Parallel Multi-Objective
    Bayesian Optimization", NeurIPS 2020; the boxes are theirs, too). Greedy, which gains at least
    63 % of what the best batch would (Nemhauser et al., Mathematical Programming 14, 1978).
    """
    unit = reference - ideal
    ways = (candidates - ideal) / unit
    left = [not_dominated((way - ideal) / unit) for way in known]

    def gains(rows: list[int]) -> np.ndarray:
        return np.mean(
            [added(*one, way[rows]) for one, way in zip(left, ways, strict=True)], axis=0
        )

    # A gain only shrinks as the front grows: one that is up to date and on top is the largest.
    everything = range(candidates.shape[1])
    heap = [(-gain, row, 0) for row, gain in zip(everything, gains([*everything]), strict=True)]
    heapq.heapify(heap)
    chosen: list[int] = []
    total = 0.0
    while heap and len(chosen) < count:
        negative, row, computed = heapq.heappop(heap)
        if computed < len(chosen):
            heapq.heappush(heap, (-gains([row])[0], row, len(chosen)))
        elif negative < 0:
            chosen.append(row)
            total -= negative
            left = [without(*one, way[row]) for one, way in zip(left, ways, strict=True)]
        else:
            break
    return np.array(chosen, int), float(total)


def not_dominated(costs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is better than the reference, at 1, and not dominated by any of the costs (``n x m``):
    lower and upper corners of boxes that do not overlap, ``b x m`` each."""
    inside = costs[(costs < 1).all(axis=1)]
    front = inside[front_mask(inside)]
    objectives = costs.shape[1]
    boxes = np.full((1, objectives), -np.inf), np.ones((1, objectives))
    for point in front[np.argsort(-np.prod(1 - front, axis=1))]:  # large ones first: fewer boxes
        boxes = without(*boxes, point)
    return boxes


def without(
    lower: np.ndarray, upper: np.ndarray, point: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The boxes less what ``point`` dominates: of a box that holds some of that, what is better
    than the point in the first objective; of the rest what is better in the second, and so on."""
    cut = (upper > point).all(axis=1)
    lowers, uppers = [lower[~cut]], [upper[~cut]]
    rest, tops = lower[cut], upper[cut]
    for place, value in enumerate(point):
        better = rest[:, place] < value
        top = tops[better]
        top[:, place] = value
        lowers.append(rest[better])
        uppers.append(top)
        rest[better, place] = value
    return np.concatenate(lowers), np.concatenate(uppers)


def added(lower: np.ndarray, upper: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Hypervolume of what each point alone (``c x m``) dominates of the boxes: float64 ``c``."""
    sides = np.maximum(upper - np.maximum(lower, points[:, None]), 0)
    return sides.prod(axis=2).sum(axis=1)
