import numpy as np
import pytest
from instant import Instant

from archfront.core.plain import PluginError
from archfront.supernets.block_costs import CHECKED, BlockCosts


class Counted(Instant):
    """Two costs: the sum over the blocks plus a fixed part, and their number."""

    def __init__(self):
        super().__init__()
        self.counted = 0

    def costs(self, configuration):
        self.counted += 1
        row = self.space.encode([configuration])
        blocks = self.blocks(row)[0]
        there = blocks[blocks >= 0]
        return 7.0 + (there + 1.0).sum(), float(len(there))


def test_few_sub_networks_give_the_costs_of_all():
    network = Counted()
    costs = BlockCosts(network, network.costs)
    kinds = int(network.blocks(network.space.sample(2000, 1)).max()) + 1
    assert network.counted <= kinds + 1 + CHECKED
    population = network.space.sample(50, 2)
    blocks = network.blocks(population)
    expected = [7 + (row[row >= 0] + 1).sum() for row in blocks]
    assert costs(population)[:, 0] == pytest.approx(expected)
    assert costs(population)[:, 1] == pytest.approx((blocks >= 0).sum(axis=1))


def test_costs_that_are_no_sums_are_refused():
    network = Counted()

    def product(configuration):
        blocks = network.blocks(network.space.encode([configuration]))[0]
        return (float(np.prod(blocks[blocks >= 0] + 1.0)),)

    with pytest.raises(
        PluginError, match=r"Counted.blocks\(\): the costs of a sub-network are not"
    ):
        BlockCosts(network, product)
