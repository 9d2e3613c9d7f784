"""A BERT-like encoder with elastic depth, width, heads and MLPs. It reads texts of letters and
tells which letter is the most frequent one.

``python examples/encoder.py`` trains it. Then:
``PYTHONPATH=examples make run ARGS="--configfile examples/encoder.yaml"``.
"""

from pathlib import Path

import torch
from attention import Block, ElasticBlocks
from sandwich import train
from torch import nn

from archfront import Objective

LETTERS, LONGEST, PADDING = 8, 32, 0


def texts(count, seed):
    """Letters from 1, padded to :data:`LONGEST`; where there is a letter; the most frequent one."""
    random = torch.Generator().manual_seed(seed)
    letters = torch.randint(1, LETTERS + 1, (count, LONGEST), generator=random)
    lengths = torch.randint(LONGEST // 2, LONGEST + 1, (count, 1), generator=random)
    there = torch.arange(LONGEST) < lengths
    counts = torch.stack([((letters == n) & there).sum(1) for n in range(1, LETTERS + 1)], 1)
    return letters.where(there, PADDING), there, counts.argmax(1)


class Network(nn.Module):
    def __init__(self, width, heads, mlps):
        super().__init__()
        self.embedding = nn.Embedding(LETTERS + 1, width)
        self.places = nn.Parameter(torch.zeros(1, LONGEST, width))
        self.blocks = nn.ModuleList(Block(width, *pair) for pair in zip(heads, mlps, strict=True))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, LETTERS)

    def forward(self, tokens, mask):
        x = self.embedding(tokens) + self.places
        for block in self.blocks:
            x = block(x, mask[:, None, None])
        x = self.norm(x) * mask.unsqueeze(2)
        return self.head(x.sum(1) / mask.sum(1, keepdim=True))


class Encoder(ElasticBlocks):
    Network = Network
    quality = Objective("f1", "Macro F1", "%", True, "validation", False, 1)
    files = (Path("results/examples/encoder.pt"),)

    def inputs(self, platform):
        tokens, mask, _ = texts(platform.batch_size, 0)
        return {"tokens": tokens, "mask": mask}

    def evaluate(self, module, settings):
        tokens, mask, labels = texts(1000, 1)
        found = nn.functional.one_hot(module(tokens, mask).argmax(1), LETTERS)
        right = nn.functional.one_hot(labels, LETTERS)
        both, all_found, all_right = ((found * right).sum(0), found.sum(0), right.sum(0))
        return 100 * (2 * both / (all_found + all_right)).mean()


def loss(run, step):
    tokens, mask, labels = texts(64, 2 + step)
    return nn.functional.cross_entropy(run((tokens, mask)), labels)


if __name__ == "__main__":
    train(Encoder(), loss, 400)
