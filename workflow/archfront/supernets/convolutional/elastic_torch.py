"""Sub-networks of OFA's elastic networks: extraction, batch norm, faster layers."""

import torch
from torch import nn
from torch.nn import functional

from archfront.core.space import Configuration


def extract(network: nn.Module, configuration: Configuration) -> nn.Module:
    """The static sub-network with inherited weights, a copy in evaluation mode.

    ``network`` is one of OFA's elastic networks; ``configuration`` has a value everywhere.
    """
    network.set_active_subnet(**configuration)  # the super-network is stateful: all positions
    return network.get_active_subnet(preserve_weight=True).eval()


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
