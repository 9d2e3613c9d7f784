"""Sub-networks of OFA's elastic networks: extraction, faster layers, blocks and their inputs."""

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import nn
from torch.nn import functional

from archfront.core.space import Configuration

Network = TypeVar("Network", bound=nn.Module)


class ElasticNetwork(nn.Module):
    """The part of OFA's elastic networks that archfront uses. The class exists for signatures only,
    since ``ofa`` has no types."""

    set_active_subnet: Callable[..., None]
    get_active_subnet: Callable[..., nn.Module]


def extract(network: ElasticNetwork, configuration: Configuration) -> nn.Module:
    """The static sub-network with inherited weights, a copy in evaluation mode.

    ``network`` is one of OFA's elastic networks. ``configuration`` must have a value for inactive
    parameters, too.
    """
    # The super-network keeps its previous state, so every parameter must be set.
    network.set_active_subnet(**configuration)
    return network.get_active_subnet(preserve_weight=True).eval()


class SqueezeExcitation(nn.Module):
    """``ofa``'s ``SEModule`` with torch's pooling, which is made for channels-last memory."""

    def __init__(self, original: nn.Module):
        super().__init__()
        self.fc = original.get_submodule("fc")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.fc(functional.adaptive_avg_pool2d(x, 1))


SAME: dict[str, Callable[[nn.Module], nn.Module]] = {
    "Hswish": lambda _: nn.Hardswish(),
    "Hsigmoid": lambda _: nn.Hardsigmoid(),
    "SEModule": SqueezeExcitation,
}


def use_torch_layers(network: Network) -> Network:
    """Replace some of ``ofa``'s layers by torch's layers, in place; return ``network``.

    The layers compute the same functions, faster. Parameters keep their names. The memory format
    becomes channels last.
    """
    for module in list(network.modules()):
        for name, child in module.named_children():
            if type(child).__name__ in SAME:
                setattr(module, name, SAME[type(child).__name__](child))
    # torch's types lack this argument.
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def blocks_of(subnetwork: nn.Module, elastic: int) -> list[list[nn.Module]]:
    """The modules of each block.

    The first list has all modules that are not elastic (stem, classifier ...). Each of the last
    ``elastic`` modules of ``subnetwork.blocks`` then has a list to itself.
    """
    blocks = list(subnetwork.get_submodule("blocks").children())
    fixed = len(blocks) - elastic
    frame = blocks[:fixed]
    for name, child in subnetwork.named_children():
        if name != "blocks":
            frame += [*child] if isinstance(child, nn.ModuleList) else [child]
    return [frame, *([block] for block in blocks[fixed:])]


@torch.inference_mode()
def input_shapes(subnetwork: nn.Module, shape: tuple[int, ...]) -> dict[nn.Module, tuple[int, ...]]:
    """The shape of the input of each module for images of ``shape`` (``n x 3 x h x w``)."""
    shapes: dict[nn.Module, tuple[int, ...]] = {}

    def note(module: nn.Module, given: tuple[torch.Tensor]) -> None:
        shapes.setdefault(module, tuple(given[0].shape))

    hooks = [module.register_forward_pre_hook(note) for module in subnetwork.modules()]
    subnetwork(torch.zeros(shape))
    for hook in hooks:
        hook.remove()
    return shapes
