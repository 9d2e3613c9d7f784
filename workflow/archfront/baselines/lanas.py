"""LaNAS: a tree of linear splits into good and bad regions, searched by upper confidence bounds.

Wang et al., "Sample-Efficient Neural Architecture Search by Learning Action Space", TPAMI 2021 (the
paper's reference [5]). Each node of the tree fits a linear model to its measured sub-networks. The
node splits them by whether the prediction is above the mean prediction. The search starts from the
root and follows the child with the larger upper confidence bound (exploration constant: 0.1 of the
range of values). It samples uniformly in the leaf.
"""

from dataclasses import dataclass

import numpy as np

from archfront.core.required import required
from archfront.search.tactic import Tactic

DEPTH, FEWEST, EXPLORATION = 5, 20, 0.1
RIDGE = 1e-3
DRAWN = 5_000
"""Number of random sub-networks that a batch draws to find some in a leaf."""


@dataclass
class Region:
    """A node of the tree: mean cost of its rows, number of visits, and the split.

    A row is in the child ``good`` if ``features @ weights`` is below ``middle``, else in ``bad``. A
    leaf has no split: ``weights`` is None.
    """

    cost: float
    visits: int
    weights: np.ndarray | None = None
    middle: float = 0.0
    good: "Region | None" = None
    bad: "Region | None" = None

    @property
    def children(self) -> "tuple[Region, Region]":
        """The child ``good`` and the child ``bad`` of a node with a split."""
        return required(self.good, "good"), required(self.bad, "bad")


class LaNAS(Tactic):
    """A single-objective search: it uses the first objective only."""

    def propose(self, count: int, seed: int) -> np.ndarray:
        costs, own = self.first_cost(), self.supernet.space
        root = grown(own.one_hot(self.measured[self.there()]), costs, DEPTH)
        drawn = self.space.sample(min(DRAWN, self.space.size), seed)
        drawn = self.new(drawn, len(drawn), seed)
        features = own.one_hot(self.space.convert(drawn, own))
        left = np.ones(len(drawn), bool)
        batch: list[int] = []
        while len(batch) < min(count, len(drawn)):
            path = followed(root, np.ptp(costs) or 1.0)
            inside = left & contained(path, features)
            while not inside.any():  # no random sub-network is inside: take the parent
                path.pop()
                inside = left & contained(path, features)
            batch.append(int(np.argmax(inside)))
            left[batch[-1]] = False
            for region in (root, *(r.children[0 if good else 1] for r, good in path)):
                region.visits += 1
        return self.new(drawn[batch], count, seed)


def grown(features: np.ndarray, costs: np.ndarray, depth: int) -> Region:
    """The tree over these rows, with at most ``depth`` levels of splits; lower costs are better."""
    region = Region(float(costs.mean()), len(costs))
    if depth == 0 or len(costs) < 2 * FEWEST or np.ptp(costs) == 0:
        return region
    centred = features - features.mean(axis=0)
    gram = centred.T @ centred + RIDGE * len(costs) * np.eye(features.shape[1])
    weights = np.linalg.solve(gram, centred.T @ (costs - region.cost))
    middle = float(features.mean(axis=0) @ weights)
    better = features @ weights < middle
    if min(better.sum(), (~better).sum()) < FEWEST:
        return region
    region.weights, region.middle = weights, middle
    region.good = grown(features[better], costs[better], depth - 1)
    region.bad = grown(features[~better], costs[~better], depth - 1)
    return region


def followed(root: Region, extent: float) -> list[tuple[Region, bool]]:
    """The splits on the path from the root to the leaf that is sampled, each with whether the path
    takes the good child. ``extent`` is the range of the costs."""
    path, region = [], root
    while region.weights is not None:
        good, bad = region.children
        bounds = [
            -side.cost / extent + 2 * EXPLORATION * np.sqrt(2 * np.log(region.visits) / side.visits)
            for side in (good, bad)
        ]
        path.append((region, bounds[0] >= bounds[1]))
        region = good if bounds[0] >= bounds[1] else bad
    return path


def contained(path: list[tuple[Region, bool]], features: np.ndarray) -> np.ndarray:
    """Whether each row is on the path's side of all splits of the path: bool ``n``."""
    inside = np.ones(len(features), bool)
    for region, good in path:
        inside &= (features @ region.weights < region.middle) == good
    return inside
