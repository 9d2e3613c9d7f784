from dataclasses import replace

import numpy as np
import pytest
import torch

from archfront.supernets.convolutional.resnet import Costs, geometry, search_space
from archfront.supernets.embedded.vision import EmbeddedResNet

PUBLISHED = replace(geometry(), resolution=224)
NARROW = EmbeddedResNet.geometry
SPACE = search_space(PUBLISHED)


def test_the_size_of_the_space_is_that_of_distinct_sub_networks():
    """Stem 2 x 2 x 3; stages: 3 widths x 3^least (1 + 3 + 9) expansion ratios."""
    blocks = 13 * 9, 13 * 9, 13 * 81, 13 * 9
    assert SPACE.size == 12 * 3**4 * np.prod(blocks, dtype=object)
    assert search_space(NARROW).size == SPACE.size * 3 // 2


def test_equal_widths_are_there_once():
    """Within the published stem 0.65 and 0.8 both come out at 24 channels."""
    assert PUBLISHED.stem_middle == [24, 24, 32]
    assert SPACE.parameters[SPACE.names.index("w_0")].values == (0, 2)
    assert PUBLISHED.stem == [40, 48, 64]
    assert PUBLISHED.stage(3) == [1328, 1640, 2048]


def test_the_largest_has_every_parameter_of_the_released_super_network():
    _, params = Costs(SPACE, PUBLISHED)(SPACE.extremes())
    assert round(1e6 * params[1]) == 48_105_992


@pytest.mark.parametrize("geometry", [PUBLISHED, NARROW], ids=["published", "narrow"])
def test_closed_form_equals_the_built_network(geometry):
    from torch.utils.flop_counter import FlopCounterMode

    from archfront.supernets.convolutional.elastic_torch import extract
    from archfront.supernets.convolutional.ofa_networks import elastic

    space = search_space(geometry)
    population = np.concatenate([space.extremes(), space.sample(3, 4)])
    macs, params = Costs(space, geometry)(population)
    with torch.device("meta"):
        network = elastic(geometry)
    for row, configuration in enumerate(space.decode(population, fill=True)):
        subnetwork = extract(network, configuration)
        image = torch.zeros(1, 3, geometry.resolution, geometry.resolution, device="meta")
        with FlopCounterMode(display=False) as counter:
            subnetwork(image)
        assert counter.get_total_flops() == round(2e6 * macs[row])
        assert sum(p.numel() for p in subnetwork.parameters()) == round(1e6 * params[row])
