"""Measurements of a translation sub-network: BLEU, and latency by HAT's method.

The latency is the time to encode a sentence of a given number of tokens, and to decode the same
number of steps with :data:`~archfront.supernets.transformer.transformer.BEAM` hypotheses. Encoder
and decoder are timed separately, each beside a whole translation by the reference network. The
latency is their sum (:class:`~archfront.supernets.timed.TimedModules`).
"""

import time

import torch
from torch import nn

from archfront.core.supernet import Reading
from archfront.evaluation.bleu import bleu, statistics
from archfront.supernets.transformer.beam_search import translated
from archfront.supernets.transformer.elastic_transformer import Present, Transformer
from archfront.supernets.transformer.transformer import BEAM
from archfront.tasks.parallel_text import ParallelText
from archfront.tasks.vocabulary import END

TOKEN = 7
"""An arbitrary word."""


def corpus_bleu(model: Transformer, text: ParallelText, settings: dict) -> Reading:
    """BLEU of the corpus (0 to 100), higher is better.

    The spread is half the 95 % confidence interval. The same inputs give the same sentences on one
    thread. ``model`` is moved to the device ``settings["validation_device"]``.
    """
    torch.set_num_threads(1)
    started = time.time()
    device = settings["validation_device"]
    found = translated(
        model.to(device), text.source, settings["beam"], settings["length_penalty"], device
    )
    scorer = settings["scorer"]
    hypotheses = [text.written(tokens, scorer) for tokens in found]
    references = text.references(scorer)
    score, spread, signature = bleu(hypotheses, references, scorer)
    detail = {"scorer": signature, "sentences": len(hypotheses)}
    records = {"statistics": statistics(hypotheses, references, scorer)}
    return Reading(
        score, spread, started=started, finished=time.time(), detail=detail, records=records
    )


class Encoding(nn.Module):
    """A call of the encoder on a batch of sentences."""

    source: torch.Tensor

    def __init__(self, model: Transformer, sentences: int, tokens: int):
        super().__init__()
        self.model = model
        source = torch.full((sentences, tokens), TOKEN)
        source[:, -1] = END
        self.register_buffer("source", source)

    def forward(self) -> list[torch.Tensor]:
        return self.model.encode_without_padding(self.source)


class Decoding(nn.Module):
    """Decoding with the encoder's outputs: the number of steps is the number of tokens."""

    last: torch.Tensor

    def __init__(self, model: Transformer, sentences: int, tokens: int):
        super().__init__()
        self.model, self.steps = model, tokens
        self.register_buffer("last", torch.full((sentences * BEAM,), TOKEN))
        outputs = Encoding(model, sentences, tokens)()
        for number, output in enumerate(outputs):
            self.register_buffer(f"output_{number}", output)

    def forward(self) -> torch.Tensor:
        outputs = [getattr(self, f"output_{i}") for i in range(len(self.model.encoder.layers))]
        memories = self.model.memories(outputs, None)
        past: Present | list[None] = [None] * len(memories)
        for number in range(self.steps):
            logits, past = self.model.step(self.last, number, past, memories)
        return logits
