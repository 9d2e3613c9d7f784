"""Sub-networks that are smaller modules of the same structure as a super-network."""

import torch
from torch import nn

from archfront.core.registry import nearest


def shared(module: nn.Module, network: nn.Module) -> dict[str, torch.Tensor]:
    """For each parameter and buffer of ``module``: the leading part, along each axis, of the tensor
    of the same name in ``network``.

    The parts are views. ``torch.func.functional_call(module, shared(module, network), inputs)``
    computes the sub-network with the weights of the super-network, and gradients reach these.
    ValueError for a tensor that the network does not have, or that is larger there.
    """
    there = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    found: dict[str, torch.Tensor] = {}
    for name, own in (*module.named_parameters(), *module.named_buffers()):
        if name not in there:
            raise ValueError(f"the super-network has no {name}{nearest(name, there)}")
        whole = there[name]
        if whole.dim() != own.dim() or any(map(int.__gt__, own.shape, whole.shape)):
            raise ValueError(
                f"{name}: the shape {tuple(own.shape)} is no part of {tuple(whole.shape)}, the "
                "shape in the super-network"
            )
        found[name] = whole[tuple(map(slice, own.shape))]
    return found


@torch.no_grad()
def inherit(module: nn.Module, network: nn.Module) -> nn.Module:
    """Copy the leading part of the weights of ``network`` into ``module`` (:func:`shared`), in
    place; return ``module``."""
    parts = shared(module, network)
    for name, own in (*module.named_parameters(), *module.named_buffers()):
        own.copy_(parts[name])
    return module
