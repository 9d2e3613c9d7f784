"""NASWOT, a score of an untrained network: how differently it responds to different images.

Source: Mellor et al., "Neural Architecture Search without Training", ICML 2021 (the paper's
reference [11]). At its initialisation a network turns each image of a small batch into a binary
code with one bit per activation: whether the activation is above zero. ``h(i, j)`` is the number of
equal bits in the codes of images ``i`` and ``j``. The score is ``log |det h|``. The score is higher
if the images are easier to tell apart. A higher score goes with a higher accuracy after training.
"""

import time
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from archfront.core.supernet import Reading
from archfront.evaluation.image_cache import Images

IMAGES = 64
ACTIVATIONS = nn.ReLU, nn.ReLU6, nn.Hardswish
SEED = 0


@torch.inference_mode()
def naswot(
    subnetwork: nn.Module,
    images: Images,
    prepare: Callable[[torch.Tensor], torch.Tensor],
) -> Reading:
    """The score on the first :data:`IMAGES` images; higher is better.

    The score is -inf, a failed measurement, if two images have the same code. ``subnetwork`` is
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
    batch = prepare(torch.from_numpy(np.array(images[:IMAGES])))
    shared = torch.zeros(len(batch), len(batch), dtype=torch.float64)

    def count(module: nn.Module, given: tuple[torch.Tensor]) -> None:
        code = (given[0].flatten(1) > 0).float()
        shared.add_(code @ code.T + (1 - code) @ (1 - code).T)

    hooks = [
        module.register_forward_pre_hook(count)
        for module in subnetwork.modules()
        if isinstance(module, ACTIVATIONS)
    ]
    subnetwork.train()(batch)
    for hook in hooks:
        hook.remove()
    score = torch.linalg.slogdet(shared).logabsdet
    return Reading(float(score), started=started, finished=time.time())
