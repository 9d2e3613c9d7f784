"""A Vision Transformer with elastic depth, width, heads and MLPs, on handwritten digits.

``python examples/vit.py`` trains it. Then:
``PYTHONPATH=examples make run ARGS="--configfile examples/vit.yaml"``.
"""

from pathlib import Path

import attention
import torch
from attention import Block
from sandwich import train
from sklearn.datasets import load_digits
from torch import nn

from archfront import ElasticParameter, SearchSpace, TorchSuperNetwork, inherit

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


class VisionTransformer(TorchSuperNetwork):
    files = Path("results/examples/vit.pt"), Path(attention.__file__)

    def __init__(self):
        depth = ElasticParameter("depth", (1, 2, 3, 4))
        width = ElasticParameter("width", (32, 48, 64))
        heads = [ElasticParameter("heads", (1, 2, 4), 0, n + 1) for n in range(4)]
        mlps = [ElasticParameter("mlp", (32, 64, 128), 0, n + 1) for n in range(4)]
        self.space = SearchSpace([depth, width, *heads, *mlps])
        torch.manual_seed(0)
        self.network = Network(64, [4] * 4, [128] * 4)
        if self.files[0].exists():
            self.network.load_state_dict(torch.load(self.files[0], weights_only=True))

    def module(self, configuration):
        (width,), (depth,) = configuration["width"], configuration["depth"]
        return Network(width, configuration["heads"][:depth], configuration["mlp"][:depth])

    def extract(self, configuration):
        return inherit(self.module(configuration), self.network)

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
