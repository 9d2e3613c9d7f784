"""Batch norm of an extracted sub-network: its statistics measured anew, and folded away."""

from collections.abc import Iterable

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


@torch.no_grad()
def recalibrate(subnetwork: nn.Module, batches: Iterable[torch.Tensor]) -> None:
    """Replace the batch-norm statistics by the mean over ``batches``, in place.

    A sub-network's activations are not those of the super-network that its statistics come from;
    without this its accuracy is meaningless. As in ``ofa``'s ``set_running_statistics`` each batch
    is normalised by its own statistics, weighs as much as it has images, and its variance is the
    biased one.
    """
    totals: dict[nn.Module, list] = {}

    def add(norm: nn.Module, given: tuple[torch.Tensor], _: torch.Tensor) -> None:
        images, values = len(given[0]), given[0].numel() // norm.num_features
        mean, variance, seen = totals.get(norm, (0, 0, 0))
        # With a momentum of 1 the running statistics are this batch's, the variance unbiased.
        biased = norm.running_var * ((values - 1) / values)
        totals[norm] = [
            mean + images * norm.running_mean,
            variance + images * biased,
            seen + images,
        ]

    norms = [m for m in subnetwork.modules() if isinstance(m, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    hooks = [norm.register_forward_hook(add) for norm in norms]
    for norm in norms:
        norm.momentum = 1.0
    subnetwork.train()
    for batch in batches:
        subnetwork(batch)
    subnetwork.eval()
    for norm, momentum, hook in zip(norms, momenta, hooks, strict=True):
        hook.remove()
        norm.momentum = momentum
        mean, variance, seen = totals[norm]
        norm.running_mean.copy_(mean / seen)
        norm.running_var.copy_(variance / seen)


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
