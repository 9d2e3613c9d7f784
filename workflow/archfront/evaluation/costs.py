"""MACs and parameters of a torch module, counted while it runs once."""

import torch
from torch.func import functional_call
from torch.utils.flop_counter import FlopCounterMode

from archfront.evaluation.runtime import Inputs, arguments


@torch.no_grad()
def costs(module: torch.nn.Module, inputs: Inputs) -> tuple[float, float]:
    """MACs of the batch ``inputs``, and parameters, both in millions.

    MACs are the multiply-adds of convolutions, linear layers, matrix products and attention, as
    torch counts them. Parameters that several layers share count once. The module runs on the
    device ``meta``, where no arithmetic is done. A module that cannot run there runs where it is.
    The module is not changed.
    """
    params = sum(parameter.numel() for parameter in module.parameters()) / 1e6
    positional, named = arguments(inputs)
    state = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    on_meta = {name: tensor.to("meta") for name, tensor in state.items()}
    try:
        with FlopCounterMode(display=False) as counter:
            given = tuple(tensor.to("meta") for tensor in positional)
            others = {name: tensor.to("meta") for name, tensor in named.items()}
            functional_call(module, on_meta, given, others)
    except (RuntimeError, NotImplementedError):  # its control flow depends on its values
        with FlopCounterMode(display=False) as counter:
            module(*positional, **named)
    return counter.get_total_flops() / 2e6, params
