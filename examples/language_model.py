"""A decoder-only language model with elastic depth, heads and gated MLPs: RMS norm, query heads
that share key and value heads, and a cache. It reads and writes the code of a module of Python.

``python examples/language_model.py`` trains it. Then:
``PYTHONPATH=examples make run ARGS="--configfile examples/language_model.yaml"``.
"""

import argparse
import inspect
from pathlib import Path

import attention
import torch
from attention import Attention
from sandwich import Trained, train
from torch import nn
from torch.nn.functional import cross_entropy, silu

from archfront import ElasticParameter, Objective, SearchSpace, part_latency

TEXT = torch.tensor([min(ord(letter), 127) for letter in inspect.getsource(argparse)])
PROMPT, ANSWER, WIDTH = 64, 16, 64


class Layer(nn.Module):
    def __init__(self, heads, mlp):
        super().__init__()
        self.before, self.attention = nn.RMSNorm(WIDTH), Attention(WIDTH, heads, shared_by=2)
        self.between, self.gate = nn.RMSNorm(WIDTH), nn.Linear(WIDTH, mlp, bias=False)
        self.up = nn.Linear(WIDTH, mlp, bias=False)
        self.down = nn.Linear(mlp, WIDTH, bias=False)

    def forward(self, x, past):
        found, past = self.attention(self.before(x), past=past, causal=past is None)
        x = x + found
        normed = self.between(x)
        return x + self.down(silu(self.gate(normed)) * self.up(normed)), past


class Network(nn.Module):
    def __init__(self, heads, mlps):
        super().__init__()
        self.embedding, self.places = nn.Embedding(128, WIDTH), nn.Embedding(128, WIDTH)
        self.layers = nn.ModuleList(Layer(*pair) for pair in zip(heads, mlps, strict=True))
        self.norm, self.head = nn.RMSNorm(WIDTH), nn.Linear(WIDTH, 128, bias=False)

    def forward(self, tokens, past=None):
        """Logits of the next letters, and the keys and values of each layer."""
        done, cache = 0 if past is None else past[0][0].shape[2], []
        x = self.embedding(tokens) + self.places(torch.arange(tokens.shape[1]) + done)
        for number, layer in enumerate(self.layers):
            x, own = layer(x, None if past is None else past[number])
            cache.append(own)
        return self.head(self.norm(x)), cache


class Answer(nn.Module):
    """Writes :data:`ANSWER` letters after a prompt, one by one, with the cache of the prompt."""

    def __init__(self, model, tokens):
        super().__init__()
        self.model = model
        with torch.no_grad():
            for number, pair in enumerate(model(tokens)[1]):
                self.register_buffer(f"keys_{number}", pair[0])
                self.register_buffer(f"values_{number}", pair[1])

    def forward(self, letter):
        layers = range(len(self.model.layers))
        past = [(getattr(self, f"keys_{n}"), getattr(self, f"values_{n}")) for n in layers]
        for _ in range(ANSWER):
            logits, past = self.model(letter, past)
            letter = logits[:, -1:].argmax(2)
        return letter


class LanguageModel(Trained):
    quality = Objective("perplexity", "Perplexity", "", False, "validation", False, 1)
    prompt, answer = part_latency("prompt"), part_latency("answer", "16 letters")
    files = Path("results/examples/language_model.pt"), Path(attention.__file__)

    def __init__(self):
        depth = ElasticParameter("depth", (1, 2, 3, 4))
        heads = [ElasticParameter("heads", (2, 4), 0, n + 1) for n in range(4)]
        mlps = [ElasticParameter("mlp", (64, 128, 256), 0, n + 1) for n in range(4)]
        self.space = SearchSpace([depth, *heads, *mlps])
        torch.manual_seed(0)
        self.network = self.with_weights(Network([4] * 4, [256] * 4))

    def module(self, configuration):
        (depth,) = configuration["depth"]
        return Network(configuration["heads"][:depth], configuration["mlp"][:depth])

    def inputs(self, platform):
        return rows(range(platform.batch_size))[:, :-1]

    def parts(self, configurations, platform):
        prompt = self.inputs(platform)
        models = [self.deployed(configuration) for configuration in configurations]
        return [
            {"prompt": (m, prompt), "answer": (Answer(m, prompt), prompt[:, -1:])} for m in models
        ]

    def evaluate(self, module, settings):
        text = rows(range(0, len(TEXT) // PROMPT - 1, 5))
        return cross_entropy(module(text[:, :-1])[0].flatten(0, 1), text[:, 1:].flatten()).exp()


def rows(numbers):
    """Pieces of the text, of :data:`PROMPT` letters and the next one. Every fifth is for
    validation."""
    return torch.stack([TEXT[PROMPT * n : PROMPT * (n + 1) + 1] for n in numbers])


def loss(run, step):
    random = torch.Generator().manual_seed(step)
    numbers = torch.randint(len(TEXT) // PROMPT - 1, (40,), generator=random)
    text = rows([number for number in numbers.tolist() if number % 5])
    return cross_entropy(run(text[:, :-1])[0].flatten(0, 1), text[:, 1:].flatten())


if __name__ == "__main__":
    train(LanguageModel(), loss, 400)
