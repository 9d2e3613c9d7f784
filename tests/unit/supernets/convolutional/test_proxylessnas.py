import torch

from archfront.supernets.convolutional.inverted_residual import Costs, search_space
from archfront.supernets.convolutional.ofa_package import import_ofa
from archfront.supernets.convolutional.proxylessnas import geometry

PUBLISHED = geometry(1.3)
SPACE = search_space(PUBLISHED, [224])


def test_the_widths_are_those_of_the_published_network():
    assert PUBLISHED.width(PUBLISHED.stem) == 40 and PUBLISHED.width(PUBLISHED.first) == 24
    assert [PUBLISHED.width(one) for one in PUBLISHED.stages] == [32, 56, 104, 128, 248, 416]
    assert PUBLISHED.width(PUBLISHED.feature_mix) == 1664


def test_the_last_stage_has_one_block_with_elastic_kernel_and_expansion():
    """(3 x 3)^2 + (3 x 3)^3 + (3 x 3)^4 = 7371 per stage, and 3 x 3 for the last block."""
    assert PUBLISHED.depths == [4, 4, 4, 4, 4, 1]
    assert SPACE.size == 9 * 7371**5
    kinds = [parameter.kind for parameter in SPACE.parameters]
    assert [kinds.count(kind) for kind in ("ks", "e", "d")] == [21, 21, 5]
    last = [SPACE.parameters[SPACE.names.index(name)] for name in ("ks_20", "e_20")]
    assert [one.controller for one in last] == [None, None]


def test_the_largest_has_every_parameter_of_the_released_super_network():
    """Less the kernels' transformation matrices, 9 x 9 + 25 x 25 per depthwise layer."""
    _, params = Costs(SPACE, PUBLISHED)(SPACE.extremes())
    assert round(1e6 * params[1]) == 7_956_882 - 21 * (9 * 9 + 25 * 25)


def test_the_strides_are_those_of_the_released_code():
    with torch.device("meta"):
        network = import_ofa().OFAProxylessNASNets(
            width_mult=1.3, ks_list=[3, 5, 7], expand_ratio_list=[3, 4, 6], depth_list=[2, 3, 4]
        )
    first_blocks = [network.blocks[stage[0]].conv for stage in network.block_group_info]
    assert tuple(block.stride for block in first_blocks) == PUBLISHED.strides
