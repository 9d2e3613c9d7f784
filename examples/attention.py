"""A Transformer block whose number of heads and width of the MLP are elastic."""

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

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


class Block(nn.Module):
    def __init__(self, width, heads, mlp):
        super().__init__()
        self.before, self.attention = nn.LayerNorm(width), Attention(width, heads)
        self.between = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, mlp), nn.GELU(), nn.Linear(mlp, width))

    def forward(self, x, mask=None):
        x = x + self.attention(self.before(x), mask)[0]
        return x + self.mlp(self.between(x))
