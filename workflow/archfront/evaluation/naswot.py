"""NASWOT, a score of an untrained network: how differently it responds to different images.

Source: Mellor et al., "Neural Architecture Search without Training", ICML 2021 (the paper's
reference [11]). At its initialisation a network turns each image of a small batch into a binary
code with one bit per activation: whether the activation is above zero. ``h(i, j)`` is the number of
equal bits in the codes of images ``i`` and ``j``. The score is ``log |det h|``. The score is higher
if the images are easier to tell apart. A higher score goes with a higher accuracy after training.
"""

import time

import torch
from torch import nn

from archfront.core.supernet import Reading
from archfront.evaluation.runtime import Inputs, arguments

IMAGES = 64
ACTIVATIONS = nn.ReLU, nn.ReLU6, nn.Hardswish, nn.GELU, nn.SiLU
SEED = 0


@torch.inference_mode()
def naswot(
    subnetwork: nn.Module,
    inputs: Inputs,
) -> Reading:
    """The score on a batch of :data:`IMAGES` inputs; higher is better.

    The score is -inf, a failed measurement, if two inputs have the same code, or if the
    sub-network has no module of the types :data:`ACTIVATIONS`. ``subnetwork`` is
    changed: it is re-initialised with a fixed seed and left in training mode.
    """
    torch.set_num_threads(1)
    started = time.time()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        for module in subnetwork.modules():
            reset = getattr(module, "reset_parameters", None)
            if reset is not None:
                reset()
    positional, named = arguments(inputs)
    size = len((*positional, *named.values())[0])
    shared = torch.zeros(size, size, dtype=torch.float64)

    def count(module: nn.Module, given: tuple[torch.Tensor]) -> None:
        code = (given[0].flatten(1) > 0).float()
        shared.add_(code @ code.T + (1 - code) @ (1 - code).T)

    hooks = [
        module.register_forward_pre_hook(count)
        for module in subnetwork.modules()
        if isinstance(module, ACTIVATIONS)
    ]
    subnetwork.train()(*positional, **named)
    for hook in hooks:
        hook.remove()
    score = torch.linalg.slogdet(shared).logabsdet
    return Reading(float(score), started=started, finished=time.time())
