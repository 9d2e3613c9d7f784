"""A Transformer block whose number of heads and width of the MLP are elastic."""

import torch
from sandwich import Trained
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from archfront import ElasticParameter, SearchSpace

HEAD = 16
"""Features of a head."""


class Attention(nn.Module):
    """Several query heads share a key and a value head if there are fewer of these."""

    def __init__(self, width, heads, shared_by=1):
        super().__init__()
        self.heads, self.shared_by = heads, shared_by
        self.query = nn.Linear(width, heads * HEAD)
        self.key = nn.Linear(width, heads // shared_by * HEAD)
        self.value = nn.Linear(width, heads // shared_by * HEAD)
        self.out = nn.Linear(heads * HEAD, width)

    def forward(self, x, mask=None, past=None, causal=False):
        """``past``: keys and values of earlier tokens. Returns the output, and all of these."""
        query, key, value = (
            layer(x).unflatten(2, (-1, HEAD)).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        if past is not None:
            key, value = torch.cat([past[0], key], 2), torch.cat([past[1], value], 2)
        keys, values = (one.repeat_interleave(self.shared_by, 1) for one in (key, value))
        found = scaled_dot_product_attention(query, keys, values, mask, is_causal=causal)
        return self.out(found.transpose(1, 2).flatten(2)), (key, value)


class ElasticBlocks(Trained):
    """Up to four blocks of elastic width, heads and MLPs.

    ``Network(width, heads, mlps)`` of a subclass is the module, with a block for each pair of a
    number of heads and the width of an MLP.
    """

    def __init__(self):
        depth = ElasticParameter("depth", (1, 2, 3, 4))
        width = ElasticParameter("width", (32, 48, 64))
        heads = [ElasticParameter("heads", (1, 2, 4), 0, n + 1) for n in range(4)]
        mlps = [ElasticParameter("mlp", (32, 64, 128), 0, n + 1) for n in range(4)]
        self.space = SearchSpace([depth, width, *heads, *mlps])
        torch.manual_seed(0)
        self.network = self.with_weights(self.Network(64, [4] * 4, [128] * 4))

    def module(self, configuration):
        (width,), (depth,) = configuration["width"], configuration["depth"]
        return self.Network(width, configuration["heads"][:depth], configuration["mlp"][:depth])


class Block(nn.Module):
    def __init__(self, width, heads, mlp):
        super().__init__()
        self.before, self.attention = nn.LayerNorm(width), Attention(width, heads)
        self.between = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, mlp), nn.GELU(), nn.Linear(mlp, width))

    def forward(self, x, mask=None):
        x = x + self.attention(self.before(x), mask)[0]
        return x + self.mlp(self.between(x))
