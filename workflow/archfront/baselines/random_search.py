"""Random search: uniform over the elastic parameters."""

import numpy as np

from archfront.search.tactic import Tactic


class RandomSearch(Tactic):
    """More and more of one sequence of random sub-networks."""

    def propose(self, count: int, seed: int) -> np.ndarray:
        sequence = self.space.sample(min(len(self.measured) + count, self.space.size), self.seed)
        return self.new(sequence, count, seed)
