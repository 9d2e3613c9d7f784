"""Sub-networks of OFA's elastic networks: extraction, batch norm, faster layers."""

from collections.abc import Iterable

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

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


class SqueezeExcitation(nn.Module):
    """``ofa``'s ``SEModule`` with torch's pooling, which is made for channels last."""

    def __init__(self, original: nn.Module):
        super().__init__()
        self.fc = original.fc

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.fc(functional.adaptive_avg_pool2d(x, 1))


SAME = {
    "Hswish": lambda _: nn.Hardswish(),
    "Hsigmoid": lambda _: nn.Hardsigmoid(),
    "SEModule": SqueezeExcitation,
}


def use_torch_layers(network: nn.Module) -> nn.Module:
    """Replace some of ``ofa``'s layers by torch's own, in place: the same functions, faster.

    Parameters keep their names.
    """
    for module in list(network.modules()):
        for name, child in module.named_children():
            if type(child).__name__ in SAME:
                setattr(module, name, SAME[type(child).__name__](child))
    return network.to(memory_format=torch.channels_last)


def blocks_of(subnetwork: nn.Module, elastic: int) -> list[list[nn.Module]]:
    """The modules of each block: first all that is not elastic (stem, classifier ...) together,
    then each of the ``elastic`` last ones of ``subnetwork.blocks`` by itself."""
    fixed = len(subnetwork.blocks) - elastic
    frame = [*subnetwork.blocks[:fixed]]
    for name, child in subnetwork.named_children():
        if name != "blocks":
            frame += [*child] if isinstance(child, nn.ModuleList) else [child]
    return [frame, *([block] for block in subnetwork.blocks[fixed:])]


@torch.inference_mode()
def input_shapes(subnetwork: nn.Module, shape: tuple[int, ...]) -> dict[nn.Module, tuple[int, ...]]:
    """What comes into each module where images of ``shape`` come into the network."""
    shapes: dict[nn.Module, tuple[int, ...]] = {}

    def note(module: nn.Module, given: tuple[torch.Tensor]) -> None:
        shapes.setdefault(module, tuple(given[0].shape))

    hooks = [module.register_forward_pre_hook(note) for module in subnetwork.modules()]
    subnetwork(torch.zeros(shape))
    for hook in hooks:
        hook.remove()
    return shapes
