from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.func import functional_call

from archfront.supernets.weight_sharing import inherit, shared


def layers(*sizes):
    torch.manual_seed(sizes[0])
    hidden = [nn.Linear(*pair) for pair in pairwise(sizes)]
    return nn.Sequential(*hidden, nn.BatchNorm1d(sizes[-1]))


def test_a_module_inherits_the_leading_weights():
    """By hand: the sub-network uses the first 2 of 3 inputs and the first of 4 outputs."""
    network, module = nn.Linear(3, 4), nn.Linear(2, 1)
    with torch.no_grad():
        network.weight.copy_(torch.arange(12.0).reshape(4, 3))
        network.bias.copy_(torch.tensor([5.0, 6.0, 7.0, 8.0]))
    assert inherit(module, network) is module
    assert module(torch.tensor([[1.0, 10.0]])).item() == 0 * 1 + 1 * 10 + 5
    module.weight.data.zero_()
    assert network.weight[0, 1] == 1, "the weights are a copy"


def test_gradients_of_a_sub_network_reach_the_super_network():
    network, module = layers(3, 4, 4), layers(3, 2, 4)
    functional_call(module, shared(module, network), torch.ones(2, 3)).pow(2).sum().backward()
    gradient = network[0].weight.grad
    assert gradient[:2].isfinite().all() and (gradient[2:] == 0).all()
    assert module[0].weight.grad is None


def test_the_statistics_of_batch_norm_are_inherited():
    network, module = layers(3, 4), layers(3, 2)
    network[1].running_mean.copy_(torch.arange(4.0))
    network[1].num_batches_tracked.fill_(7)
    inherit(module, network)
    assert module[1].running_mean.tolist() == [0, 1] and module[1].num_batches_tracked == 7


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (layers(3, 4, 4), r"1.weight: the shape \(4, 4\) is no part of \(4,\)"),
        (layers(3, 5), r"0.weight: the shape \(5, 3\) is no part of \(4, 3\)"),
        (nn.Sequential(nn.Conv1d(3, 4, 1), nn.BatchNorm1d(4)), "0.weight: the shape"),
        (nn.Linear(3, 4), "the super-network has no weight"),
    ],
)
def test_a_module_of_another_structure_is_refused(module, message):
    with pytest.raises(ValueError, match=message):
        inherit(module, layers(3, 4))
