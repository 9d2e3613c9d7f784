"""A U-Net with elastic depth and width that finds discs in noisy images.

``python examples/unet.py`` trains it. Then:
``PYTHONPATH=examples make run ARGS="--configfile examples/unet.yaml"``.
"""

from itertools import pairwise
from pathlib import Path

import torch
from sandwich import Trained, train
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, interpolate, max_pool2d

from archfront import ElasticParameter, Objective, SearchSpace

SIDE = 32


def images(count, seed):
    """Noisy images of two discs, and where the discs are."""
    random = torch.Generator().manual_seed(seed)
    centres = torch.rand(count, 2, 2, 1, 1, generator=random) * SIDE
    radii = 3 + 5 * torch.rand(count, 2, 1, 1, generator=random)
    place = torch.stack(torch.meshgrid(*[torch.arange(SIDE)] * 2, indexing="ij"))
    inside = (((place - centres) ** 2).sum(2) < radii**2).any(1, keepdim=True).float()
    return inside + 0.8 * torch.randn(count, 1, SIDE, SIDE, generator=random), inside


def layers(inputs, width):
    return nn.Sequential(
        nn.Conv2d(inputs, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()
    )


class Network(nn.Module):
    """``widths``: channels at full, half, a quarter ... of the resolution."""

    def __init__(self, widths):
        super().__init__()
        self.down = nn.ModuleList(layers(*pair) for pair in pairwise([1, *widths]))
        self.across = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairwise(widths))
        self.up = nn.ModuleList(layers(width, width) for width in widths[:-1])
        self.head = nn.Conv2d(widths[0], 1, 1)

    def forward(self, x):
        kept = []
        for number, layer in enumerate(self.down):
            x = layer(max_pool2d(x, 2) if number else x)
            kept.append(x)
        for number in reversed(range(len(self.up))):
            x = interpolate(self.across[number](x), scale_factor=2.0) + kept[number]
            x = self.up[number](x)
        return self.head(x)


class UNet(Trained):
    quality = Objective("iou", "Intersection over union", "%", True, "validation", False, 1)
    files = (Path("results/examples/unet.pt"),)

    def __init__(self):
        depth = ElasticParameter("depth", (1, 2, 3, 4))
        widths = [ElasticParameter("width", (4, 8, 12, 16), 0, n + 1) for n in range(4)]
        self.space = SearchSpace([depth, *widths])
        torch.manual_seed(0)
        self.network = self.with_weights(Network([16] * 4))

    def module(self, configuration):
        return Network([width for width in configuration["width"] if width is not None])

    def inputs(self, platform):
        return images(platform.batch_size, 0)[0]

    def calibration(self, settings):
        return [images(200, 2)[0]]

    def evaluate(self, module, settings):
        noisy, discs = images(200, 1)
        found = module(noisy) > 0
        return 100 * (found & discs.bool()).sum() / (found | discs.bool()).sum()


def loss(run, step):
    noisy, discs = images(16, 3 + step)
    return binary_cross_entropy_with_logits(run(noisy), discs)


if __name__ == "__main__":
    train(UNet(), loss, 300)
