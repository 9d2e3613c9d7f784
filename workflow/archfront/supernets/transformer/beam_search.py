"""Beam search, batched: all hypotheses of many sentences step by step.

The algorithm is fairseq's. A hypothesis that ends among the best ``beam`` of a step is kept. Its
score is its log-probability over its length to the power of ``length_penalty``. A sentence is done
when ``beam`` of its hypotheses have ended, or at the longest length, where all hypotheses end.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from archfront.supernets.transformer.elastic_transformer import Present, Transformer
from archfront.tasks.vocabulary import END, PAD, padded

BATCH = 128
"""Number of sentences in a batch. The sentences of a batch have about the same length."""
LONGER = 200
"""Largest number of tokens in a translation before the end token, as in fairseq. The number of the
decoder's positions is a second limit."""


@torch.inference_mode()
def translated(
    model: Transformer,
    sentences: Sequence[Sequence[int]],
    beam: int,
    length_penalty: float,
    device: str = "cpu",
) -> list[list[int]]:
    """The tokens of the best hypothesis for each sentence, in order, without the end token.

    A larger ``length_penalty`` favours longer hypotheses.
    """
    order = np.argsort([-len(sentence) for sentence in sentences], kind="stable")
    found: list[list[int]] = [[]] * len(sentences)
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        source = torch.from_numpy(padded([sentences[row] for row in rows])).to(device)
        for row, tokens in zip(rows, _batch(model, source, beam, length_penalty), strict=True):
            found[row] = tokens
    return found


def _batch(model: Transformer, source: Tensor, beam: int, length_penalty: float) -> list[list[int]]:
    longest = min(LONGER + 1, model.decoder.positions.shape[0] - PAD - 1)
    memories = model.memories(*model.encode(source))
    rows = torch.arange(len(source), device=source.device)  # sentences not done
    scores = torch.full((len(rows), beam), -torch.inf, device=source.device)
    scores[:, 0] = 0.0  # all hypotheses are equal at first, so only one takes part
    tokens = torch.full((len(rows), beam, 1), END, device=source.device)
    past: Present | list[None] = [None] * len(model.decoder.layers)
    best = torch.full((len(rows),), -torch.inf, device=source.device)
    ended = torch.zeros(len(rows), dtype=torch.long, device=source.device)
    found: list[list[int]] = [[] for _ in rows]
    for number in range(longest):
        logits, present = model.step(tokens[:, :, -1].flatten(), number, past, memories)
        chances = torch.log_softmax(logits.float(), dim=-1).unflatten(0, scores.shape)
        chances[..., PAD] = -torch.inf
        if number == 0:
            chances[..., END] = -torch.inf
        if number == longest - 1:
            chances[..., :END] = chances[..., END + 1 :] = -torch.inf
        total, place = (scores[..., None] + chances).flatten(1).topk(2 * beam, dim=1)
        origin, token = place // chances.shape[-1], place % chances.shape[-1]
        ends = token == END
        # Hypotheses among the best that end at this step.
        final = ends[:, :beam] & total[:, :beam].isfinite()
        ended += final.sum(dim=1)
        rated = (total[:, :beam] / (number + 1) ** length_penalty).masked_fill(~final, -torch.inf)
        rating, which = rated.max(dim=1)
        for one in torch.nonzero(rating > best).flatten().tolist():
            found[rows[one]] = tokens[one, origin[one, which[one]], 1:].tolist()
        best = torch.maximum(best, rating)
        left = torch.nonzero(ended < beam).flatten()
        if number == longest - 1 or not len(left):
            break
        # The best unfinished hypotheses of the sentences that are not done.
        going = (ends.int() * 2 * beam + torch.arange(2 * beam, device=ends.device)).argsort(dim=1)
        going = going[left, :beam]
        total, origin, token = (x[left].gather(1, going) for x in (total, origin, token))
        scores, rows, best, ended = total, rows[left], best[left], ended[left]
        tokens = torch.cat([tokens[left[:, None], origin], token[..., None]], dim=2)
        kept = (left[:, None] * beam + origin).flatten()
        past = [(keys[kept], values[kept]) for keys, values in present]
        if len(left) < len(memories[0][0]):
            memories = [
                (keys[left], values[left], None if mask is None else mask[left])
                for keys, values, mask in memories
            ]
    return found
