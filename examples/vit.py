"""A Vision Transformer with elastic depth, width, heads and MLPs, on handwritten digits.

``python examples/vit.py`` trains it. Then:
``PYTHONPATH=examples make run ARGS="--configfile examples/vit.yaml"``.
"""

from pathlib import Path

import torch
from attention import Block, ElasticBlocks
from sandwich import train
from sklearn.datasets import load_digits
from torch import nn

IMAGES, LABELS = map(torch.as_tensor, load_digits(return_X_y=True))
IMAGES = IMAGES.float().reshape(-1, 1, 8, 8) / 8 - 1
TRAINED = 1000
"""Number of images of the training set; the others are for validation."""


class Network(nn.Module):
    def __init__(self, width, heads, mlps):
        super().__init__()
        self.patches = nn.Conv2d(1, width, 2, 2)
        self.places = nn.Parameter(torch.zeros(1, 16, width))
        self.blocks = nn.ModuleList(Block(width, *pair) for pair in zip(heads, mlps, strict=True))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 10)

    def forward(self, images):
        x = self.patches(images).flatten(2).transpose(1, 2) + self.places
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x).mean(1))


class VisionTransformer(ElasticBlocks):
    Network = Network
    files = (Path("results/examples/vit.pt"),)

    def inputs(self, platform):
        return IMAGES[: platform.batch_size]

    def evaluate(self, module, settings):
        found = module(IMAGES[TRAINED:]).argmax(1)
        return 100 * (found == LABELS[TRAINED:]).float().mean()


def loss(run, step):
    rows = torch.randint(TRAINED, (64,), generator=torch.Generator().manual_seed(step))
    return nn.functional.cross_entropy(run(IMAGES[rows]), LABELS[rows])


if __name__ == "__main__":
    train(VisionTransformer(), loss, 400)
