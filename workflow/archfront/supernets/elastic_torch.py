"""Sub-networks of an elastic torch module: extraction, batch norm, folding."""

from collections.abc import Iterable

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torch.optim.swa_utils import update_bn

from archfront.space import Configuration


def extract(network: nn.Module, configuration: Configuration) -> nn.Module:
    """The static sub-network with inherited weights, a copy in evaluation mode.

    ``network`` is one of OFA's elastic networks; ``configuration`` has a value everywhere.
    """
    network.set_active_subnet(**configuration)  # the super-network is stateful: all positions
    return network.get_active_subnet(preserve_weight=True).eval()


@torch.no_grad()
def recalibrate(subnetwork: nn.Module, batches: Iterable[torch.Tensor]) -> None:
    """Replace the batch-norm statistics by the mean over ``batches``, in place.

    A sub-network's activations are not those of the super-network that its statistics come from;
    without this its accuracy is meaningless.
    """
    update_bn(batches, subnetwork)
    subnetwork.eval()


def fold_batch_norm(subnetwork: nn.Module) -> nn.Module:
    """Merge each ``bn`` into the ``conv`` beside it, in place: the same function, faster.

    OFA's layers name these children ``conv`` and ``bn``. Evaluation mode only.
    """
    for module in subnetwork.modules():
        children = dict(module.named_children())
        if isinstance(children.get("conv"), nn.Conv2d) and "bn" in children:
            module.conv = fuse_conv_bn_eval(children["conv"], children["bn"])
            module.bn = nn.Identity()
    return subnetwork
