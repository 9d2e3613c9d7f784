"""Random search: uniform over the elastic parameters."""

import numpy as np

from archfront.search.tactic import Tactic


class RandomSearch(Tactic):
    """Each batch continues one sequence of random sub-networks, which depends on the seed."""

    def propose(self, count: int, seed: int) -> np.ndarray:
        sequence = self.space.sample(min(len(self.measured) + count, self.space.size), self.seed)
        return self.new(sequence, count, seed)
