"""The closed forms, by hand on a network of two stages. Comparisons with built networks are in
test_ofa_networks.py, and with published numbers in test_mobilenetv3.py."""

from dataclasses import replace

import numpy as np
import pytest

from archfront.supernets.convolutional.inverted_residual import Costs, Geometry, search_space

NETWORK = Geometry(
    stem=8,
    first=8,
    stages=(8, 16),
    strides=(1, 2),
    squeeze=(False, True),
    single=True,
    final_expansion=0,
    feature_mix=32,
    width_multiplier=1.0,
    classes=10,
    resolution=16,
)
"""One elastic stage of at most four blocks, then one block; feature maps of 8 x 8, then 4 x 4."""
SPACE = search_space(NETWORK)
SMALLEST, LARGEST = SPACE.extremes()

FIXED_MACS = (3 * 8 * 9 + 8 * 9 + 8 * 8) * 64 + 16 * 32 * 16 + 32 * 10
FIXED_PARAMS = (3 * 8 * 9 + 16) + (8 * 9 + 8 * 8 + 32) + (16 * 32 + 64) + (32 * 10 + 10)


def block(inside, out, kernel, expansion, entered, side, squeeze):
    """MACs and parameters of a block of 8 channels, written out. 24, 32 and 48 channels squeeze to
    8, 8 and 16 (multiples of 8)."""
    middle = inside * expansion
    macs = inside * middle * entered**2 + (kernel**2 * middle + middle * out) * side**2
    params = inside * middle + kernel**2 * middle + middle * out + 4 * middle + 2 * out
    if squeeze:
        reduced = {24: 8, 32: 8, 48: 16}[middle]
        macs += 2 * middle * reduced
        params += 2 * middle * reduced + middle + reduced
    return np.array([macs, params])


def test_the_parameters_of_the_space_are_those_of_the_stages():
    blocks = [f"{kind}_{number}" for kind in ("ks", "e") for number in range(5)]
    assert SPACE.names == (*blocks, "d_0")
    controlled = [parameter.controller for parameter in SPACE.parameters]
    assert controlled == [10] * 4 + [None] + [10] * 4 + [None, None]
    thresholds = [SPACE.parameters[column].threshold for column in (0, 1, 2, 3)]
    assert thresholds == [1, 2, 3, 4]
    assert search_space(NETWORK, [16, 32]).names[10:] == ("d_0", "r_0")
    assert SPACE.size == (9**2 + 9**3 + 9**4) * 9


@pytest.mark.parametrize(
    ("row", "kernel", "expansion", "depth"), [(SMALLEST, 3, 3, 2), (LARGEST, 7, 6, 4)]
)
def test_macs_and_parameters_by_hand(row, kernel, expansion, depth):
    macs, params = Costs(SPACE, NETWORK)(row[None])
    expected = np.array([FIXED_MACS, FIXED_PARAMS])
    expected += depth * block(8, 8, kernel, expansion, 8, 8, False)
    expected += block(8, 16, kernel, expansion, 8, 4, True)
    assert np.round(1e6 * np.array([macs[0], params[0]])).tolist() == expected.tolist()


def test_only_the_first_block_of_a_stage_has_its_stride_and_no_short_cut():
    """It takes 8 x 8 to 4 x 4; the others stay at 4 x 4. The peak is that of its depthwise layer,
    of 48 channels at 8 x 8 and at 4 x 4."""
    strided = replace(NETWORK, strides=(2, 1))
    costs = Costs(search_space(strided), strided)
    expected = FIXED_MACS + block(8, 8, 7, 6, 8, 4, False)[0]
    expected += 3 * block(8, 8, 7, 6, 4, 4, False)[0] + block(8, 16, 7, 6, 4, 4, True)[0]
    assert round(1e6 * costs(LARGEST[None])[0][0]) == expected
    assert costs.peak_memory(LARGEST[None]).tolist() == [4 * 48 * (64 + 16) / 1e3]


def test_a_convolution_before_the_pooling_is_counted_with_its_classifier():
    """32 channels at 4 x 4 instead of the mix; the mix comes after the pooling, without norm."""
    wider = replace(NETWORK, final_expansion=24)
    difference = np.array(Costs(SPACE, wider)(LARGEST[None])) - Costs(SPACE, NETWORK)(LARGEST[None])
    macs = 16 * 24 * 16 + 24 * 32 - 16 * 32 * 16
    params = (16 * 24 + 48) + 24 * 32 - (16 * 32 + 64)
    assert np.round(1e6 * difference[:, 0]).tolist() == [macs, params]


def test_inactive_blocks_cost_nothing():
    other = SMALLEST.copy()
    other[[2, 3, 7, 8]] = 2  # kernel and expansion of blocks 3 and 4, at a depth of 2
    costs = Costs(SPACE, NETWORK)
    both = np.stack([SMALLEST, other])
    assert np.ptp(np.array(costs(both)), axis=1).tolist() == [0, 0]
    assert np.ptp(costs.peak_memory(both)) == 0
    first, second = costs.blocks(both)
    assert (first == second).all() and (first[3:5] == -1).all()


def test_the_peak_memory_is_that_of_the_largest_layer():
    """The depthwise layer has 6 x 8 = 48 channels in and out at 8 x 8, or 3 x 8 = 24 in the
    smallest sub-network. From the second block on, it runs while the short cut keeps 8 more."""
    found = Costs(SPACE, NETWORK).peak_memory(np.stack([SMALLEST, LARGEST]))
    assert found.tolist() == [4 * (24 + 24 + 8) * 64 / 1e3, 4 * (48 + 48 + 8) * 64 / 1e3]


def test_the_peak_memory_may_be_that_of_a_layer_that_is_not_elastic():
    """The first block's depthwise layer has 128 channels at 8 x 8. The block's input is wider than
    its output, so that there is no short cut."""
    wide = replace(NETWORK, stem=128, first=8)
    found = Costs(search_space(wide), wide).peak_memory(SMALLEST[None])
    assert found.tolist() == [4 * (128 + 128) * 64 / 1e3]


def test_the_parts_of_a_stage_are_sums_over_its_active_blocks():
    """Pointwise MACs, depthwise MACs, activations, parameters, number of blocks."""
    first, last = Costs(SPACE, NETWORK).parts(SMALLEST[None])[0]
    pointwise, depthwise = 2 * 8 * 24 * 64, 9 * 24 * 64
    activations = (24 + 24 + 8) * 64
    _, params = block(8, 8, 3, 3, 8, 8, False)
    assert first * [1e6, 1e6, 1e6, 1e6, 1] == pytest.approx(
        [2 * pointwise, 2 * depthwise, 2 * activations, 2 * params, 2]
    )
    pointwise, depthwise = 8 * 24 * 64 + 24 * 16 * 16, 9 * 24 * 16
    activations = 24 * 64 + (24 + 16) * 16
    _, params = block(8, 16, 3, 3, 8, 4, True)
    assert last * [1e6, 1e6, 1e6, 1e6, 1] == pytest.approx(
        [pointwise, depthwise, activations, params, 1]
    )


def test_blocks_of_one_number_differ_only_in_their_weights():
    """The first block of a stage has another input than the later ones, which are alike."""
    fixed, *numbers = Costs(SPACE, NETWORK).blocks(LARGEST[None])[0].tolist()
    assert numbers[1] == numbers[2] == numbers[3] and len({fixed, *numbers}) == 4
    mixed = LARGEST.copy()
    mixed[1], mixed[7] = 0, 0  # another kernel of block 2, another expansion of block 3
    _, *others = Costs(SPACE, NETWORK).blocks(mixed[None])[0].tolist()
    assert [one == other for one, other in zip(numbers, others, strict=True)] == [
        *(True, False, False),
        *(True, True),
    ]


def test_each_resolution_has_its_own_costs_and_blocks():
    """The MACs of convolutions grow with the number of pixels, those of the classifier do not."""
    space = search_space(replace(NETWORK, squeeze=(False, False)), [16, 32])
    costs = Costs(space, replace(NETWORK, squeeze=(False, False)))
    both = np.stack([[*SMALLEST, 0], [*SMALLEST, 1]])
    macs, params = np.round(1e6 * np.array(costs(both)))
    assert macs[1] - 320 == 4 * (macs[0] - 320) and params[0] == params[1]
    first, second = costs.blocks(both)
    active = first >= 0
    assert not set(first[active]) & set(second[active])


def test_a_constrained_space_has_the_costs_of_the_whole():
    constrained = SPACE.constrain({"ks_0": [7], "e_1": [4, 6], "d_0": [3]})
    population = constrained.sample(20, 1)
    whole = constrained.convert(population, SPACE)
    ours, theirs = Costs(constrained, NETWORK), Costs(SPACE, NETWORK)
    assert np.array_equal(ours(population), theirs(whole))
    assert np.array_equal(ours.blocks(population), theirs.blocks(whole))


def test_the_width_multiplier_changes_all_widths():
    """20 x 1.3 = 26 channels are rounded to 24, and 16 x 1.3 = 20.8 to 24."""
    wide = replace(NETWORK, width_multiplier=1.3)
    assert [wide.width(channels) for channels in (20, 16, 8)] == [24, 24, 16]
    assert NETWORK.depths == [4, 1] and replace(NETWORK, single=False).depths == [4, 4]
