"""Batch norm of an extracted sub-network: re-calibration of the statistics, and folding."""

from collections.abc import Iterable

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from archfront.core.required import required
from archfront.evaluation.runtime import Inputs, arguments

Norm = nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d


@torch.no_grad()
def recalibrate(subnetwork: nn.Module, batches: Iterable[Inputs]) -> None:
    """Replace the batch-norm statistics by the mean over ``batches``, in place.

    A sub-network inherits the statistics of the super-network, but its activations differ. Its
    accuracy is meaningless without re-calibration. The method is ``set_running_statistics`` of
    ``ofa``: each batch is normalised by its own statistics, the number of images is the weight of
    a batch in the mean, and variances are biased. Batch norm that no batch reaches keeps its
    statistics. ``subnetwork`` is left in evaluation mode.
    """
    nothing = torch.tensor(0.0), torch.tensor(0.0), 0
    totals: dict[nn.Module, tuple[torch.Tensor, torch.Tensor, int]] = {}

    def add(norm: Norm, given: tuple[torch.Tensor], _: torch.Tensor) -> None:
        images, values = len(given[0]), given[0].numel() // norm.num_features
        mean, variance, seen = totals.get(norm, nothing)
        own_mean, own_variance = _statistics(norm)
        # With a momentum of 1 the running statistics are this batch's; the variance is unbiased.
        biased = own_variance * ((values - 1) / values)
        totals[norm] = mean + images * own_mean, variance + images * biased, seen + images

    norms = [m for m in subnetwork.modules() if isinstance(m, Norm)]
    momenta = [norm.momentum for norm in norms]
    hooks = [norm.register_forward_hook(add) for norm in norms]
    for norm in norms:
        norm.momentum = 1.0
    subnetwork.train()
    for batch in batches:
        positional, named = arguments(batch)
        subnetwork(*positional, **named)
    subnetwork.eval()
    for norm, momentum, hook in zip(norms, momenta, hooks, strict=True):
        hook.remove()
        norm.momentum = momentum
        if norm not in totals:
            continue
        mean, variance, seen = totals[norm]
        own_mean, own_variance = _statistics(norm)
        own_mean.copy_(mean / seen)
        own_variance.copy_(variance / seen)


def _statistics(norm: Norm) -> tuple[torch.Tensor, torch.Tensor]:
    """The running mean and the running variance."""
    return required(norm.running_mean, "mean"), required(norm.running_var, "variance")


def fold_batch_norm(subnetwork: nn.Module) -> nn.Module:
    """Merge each ``bn`` into the ``conv`` beside it, in place; return ``subnetwork``.

    The sub-network computes the same function, faster. OFA's layers name these children ``conv``
    and ``bn``. ``subnetwork`` must be in evaluation mode.
    """
    for module in subnetwork.modules():
        children = dict(module.named_children())
        conv, norm = children.get("conv"), children.get("bn")
        if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
            module.conv = fuse_conv_bn_eval(conv, norm)
            module.bn = nn.Identity()
    return subnetwork
