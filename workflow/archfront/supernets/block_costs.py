"""Costs of sub-networks as sums over their blocks."""

from collections.abc import Callable

import numpy as np

from archfront.core.plain import PluginError
from archfront.core.required import required
from archfront.core.space import Configuration
from archfront.core.supernet import EXAMPLES, SuperNetwork
from archfront.core.types import Floats, Indices

CHECKED = 8
"""Number of random sub-networks on which the sums are compared with counted costs."""


class BlockCosts:
    """The costs of each kind of block, solved from counted costs of a few sub-networks.

    ``count`` gives the costs of one sub-network. As many sub-networks are counted as there are
    independent kinds of blocks. All others are sums.
    :class:`PluginError` if the costs of :data:`CHECKED` further sub-networks are no sums over the
    blocks that ``network.blocks`` states.
    """

    def __init__(self, network: SuperNetwork, count: Callable[[Configuration], tuple[float, ...]]):
        from scipy.linalg import qr

        space = network.space
        sample = space.sample(min(EXAMPLES, space.size), 0)
        self.blocks = network.blocks
        self.kinds = int(self._kinds(sample).max()) + 1
        numbers = self._numbers(sample)
        _, triangle, order = qr(numbers.T, mode="economic", pivoting=True)
        sizes = np.abs(np.diag(triangle))
        rank = int((sizes > 1e-9 * sizes[0]).sum())
        rows = np.concatenate([order[:rank], order[rank : rank + CHECKED]])
        costs = np.array([count(configuration) for configuration in space.decode(sample[rows])])
        self._costs, *_ = np.linalg.lstsq(numbers[rows[:rank]], costs[:rank], rcond=None)
        found, counted = numbers[rows[rank:]] @ self._costs, costs[rank:]
        if not np.allclose(found, counted, rtol=1e-6, atol=1e-9):
            worst = np.unravel_index(np.abs(found - counted).argmax(), found.shape)
            raise PluginError(
                f"{type(network).__name__}.blocks(): the costs of a sub-network are not the sum "
                f"over its blocks: {found[worst]:.6g} instead of {counted[worst]:.6g} million. Two "
                "blocks of one number must differ only in their weights"
            )

    def __call__(self, population: Indices) -> Floats:
        """The costs of each row: float64 ``n x costs``."""
        return self._numbers(population) @ self._costs

    def _kinds(self, population: Indices) -> Indices:
        return np.asarray(required(self.blocks(population), "blocks()"))

    def _numbers(self, population: Indices) -> Floats:
        """How many blocks of each kind each row has, and a 1 for its fixed part: float64
        ``n x (kinds + 1)``."""
        blocks = self._kinds(population)
        places = np.arange(len(blocks))[:, None] * (self.kinds + 1) + blocks
        counted = np.bincount(places[blocks >= 0], minlength=len(blocks) * (self.kinds + 1))
        numbers: Floats = counted.reshape(len(blocks), self.kinds + 1).astype(float)
        numbers[:, self.kinds] = 1
        return numbers
