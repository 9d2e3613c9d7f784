import json

import numpy as np
import pytest
import torch
from helpers.elastic import EMBEDDED, elastic
from helpers.image_folder import PUBLISHED
from hypothesis import given, settings
from hypothesis import strategies as st

from archfront.supernets.registry import supernet

PARAMETERS = {
    "ofa_mbv3_w1.0": 7_678_880,
    "ofa_mbv3_w1.2": 10_715_752,
    "ofa_resnet50": 48_105_992,
    "ofa_proxyless_w1.3": 7_956_882,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_elastic_network_has_as_many_parameters_as_the_released_one(name):
    assert sum(p.numel() for p in elastic(name).parameters()) == PARAMETERS[name]


def raw(space, seed):
    """A setting of the released code: every position has a value, other spellings included."""
    rng = np.random.default_rng(seed)
    configuration = {kind: [] for kind in space.kinds}
    for parameter in space.parameters:
        spellings = [*parameter.values, *dict(parameter.aliases)]
        configuration[parameter.kind].append(spellings[rng.integers(len(spellings))])
    return configuration


def architecture(name, configuration):
    """Layer by layer, from the network that is built."""
    network = elastic(name)
    network.set_active_subnet(**configuration)
    return json.dumps(network.get_active_subnet(preserve_weight=False).config)


@pytest.mark.parametrize("name", PUBLISHED)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), changes=st.integers(0, 2))
def test_equal_canonical_form_means_equal_architecture_and_the_reverse(name, seed, changes):
    space = supernet(name).space
    one, other = raw(space, seed), raw(space, seed)
    rng = np.random.default_rng([seed, 1])
    for _ in range(changes):  # few changes, so that both cases occur
        kind = space.kinds[rng.integers(len(space.kinds) - 1)]
        place = rng.integers(len(one[kind]))
        other[kind][place] = raw(space, rng.integers(2**32))[kind][place]
    first, second = space.digests(space.encode([one, other]))
    with torch.device("meta"):
        assert (first == second) == (architecture(name, one) == architecture(name, other))


@pytest.mark.parametrize("count", [3, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", PUBLISHED)
def test_closed_forms_equal_the_built_networks(name, count):
    from torch.utils.flop_counter import FlopCounterMode

    network = supernet({"name": name, "resolution": [128, 160, 224]})
    population = np.concatenate([network.space.extremes(), network.space.sample(count, 4)])
    macs, params = network.exact("macs", population), network.exact("params", population)
    for row, configuration in enumerate(network.space.decode(population, fill=True)):
        elastic(name).set_active_subnet(**configuration)
        with torch.device("meta"):
            subnetwork = elastic(name).get_active_subnet(preserve_weight=False).eval()
            image = torch.zeros(1, 3, configuration["r"][0], configuration["r"][0])
        with FlopCounterMode(display=False) as counter:
            subnetwork(image)
        assert counter.get_total_flops() == round(2e6 * macs[row])
        assert sum(p.numel() for p in subnetwork.parameters()) == round(1e6 * params[row])


def peak_by_hooks(subnetwork, image):
    """The tensors that each layer reads and writes, and those that short cuts keep, in kB."""
    from torch import nn

    peak, kept = 0, []  # kept: tensors that are needed after the layer that runs

    def layer(module, given, out):
        nonlocal peak
        alive = {id(t): t.numel() for t in [given[0], *kept]}
        peak = max(peak, sum(alive.values()) + out.numel())

    def enter(module, given):
        kept.append(given[0])

    def leave(module, given, out):
        kept.clear()

    def computed(module, given, out):  # the short cut of a bottleneck, before its first layer
        kept.append(out)

    def consumed(module, given, out):  # the block's input, where the short cut is another tensor
        if len(kept) == 2 and kept[0] is not kept[1]:
            del kept[0]

    for module in subnetwork.modules():
        kind = type(module).__name__
        if isinstance(module, nn.Conv2d | nn.Linear | nn.AvgPool2d | nn.MaxPool2d):
            # Squeeze-and-excitation works in place on single numbers per channel.
            if not (isinstance(module, nn.Conv2d) and module.bias is not None):
                module.register_forward_hook(layer)
        elif kind == "ResidualBlock" and module.shortcut is not None:
            module.register_forward_pre_hook(enter)
            module.register_forward_hook(leave)
        elif kind == "ResNetBottleneckBlock":
            module.register_forward_pre_hook(enter)
            module.downsample.register_forward_hook(computed)
            module.conv1.register_forward_hook(consumed)
            module.register_forward_hook(leave)
    subnetwork(image)
    return 4 * peak / 1e3


@pytest.mark.parametrize("name", [*PUBLISHED, *EMBEDDED])
def test_peak_memory_is_that_of_the_built_network(name):
    network = supernet(name)
    population = np.concatenate([network.space.extremes(), network.space.sample(4, 4)])
    told = network.exact("peak_memory", population)
    whole = elastic(name)
    for value, configuration in zip(told, network.space.decode(population, fill=True), strict=True):
        whole.set_active_subnet(**configuration)
        side = network.resolution(configuration)
        with torch.device("meta"):
            subnetwork = whole.get_active_subnet(preserve_weight=False).eval()
            assert value == pytest.approx(peak_by_hooks(subnetwork, torch.zeros(1, 3, side, side)))


@pytest.mark.parametrize("name", EMBEDDED)
def test_the_super_network_itself_computes_with_the_strides_of_its_geometry(name):
    """The embedded ones have other strides and widths than the published classes. No kernel
    of the largest sub-network is transformed, which would cost more."""
    from torch.utils.flop_counter import FlopCounterMode

    network, whole = supernet(name), elastic(name).eval()
    largest = network.space.extremes()[1:]
    (configuration,) = network.space.decode(largest, fill=True)
    whole.set_active_subnet(**configuration)
    side = network.resolution(configuration)
    with FlopCounterMode(display=False) as counter:
        whole(torch.zeros(1, 3, side, side, device="meta"))
    assert counter.get_total_flops() == round(2e6 * network.exact("macs", largest)[0])
