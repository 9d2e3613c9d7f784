"""Training an elastic Transformer with the sandwich rule; seeded and resumable.

In each step the largest, the smallest and two random sub-networks see a batch of sentences of about
one length. The loss of the largest sub-network has a larger weight than the others, so that the
sub-networks differ in quality. All randomness of a step is drawn from (seed, step): a resumed run
takes the same steps.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from archfront.core.space import SearchSpace
from archfront.supernets.training import TrainingPlan, parameter_groups, steps
from archfront.supernets.transformer.elastic_transformer import ElasticTransformer
from archfront.tasks.vocabulary import END, PAD, padded

SMOOTHING = 0.1
CLIPPED = 1.0
"""Largest norm of a step's gradient."""


def train_translator(
    network: ElasticTransformer,
    space: SearchSpace,
    source: Sequence[Sequence[int]],
    target: Sequence[Sequence[int]],
    plan: TrainingPlan,
    checkpoint: Path,
    checkpoint_every: int = 250,
) -> Iterator[dict]:
    """Train ``network`` in place on pairs of tokenised sentences; yield the state of the run every
    50 steps.

    ``checkpoint`` is written every ``checkpoint_every`` steps (to a temporary file, then renamed)
    and at the end. If it exists, the run resumes from it.
    """
    optimiser = torch.optim.AdamW(parameter_groups(network, plan), lr=1.0, betas=(0.9, 0.98))
    order = np.argsort([len(sentence) for sentence in source], kind="stable")

    def gradients(step: int) -> float:
        rows = _batch(order, step, plan)
        here, there = (
            torch.from_numpy(padded([side[row] for row in rows])) for side in (source, target)
        )
        loss = _sandwich_step(network, space, here, there, step, plan)
        torch.nn.utils.clip_grad_norm_(network.parameters(), CLIPPED)
        return loss

    yield from steps(network, optimiser, gradients, plan, checkpoint, checkpoint_every)


def _sandwich_step(
    network: ElasticTransformer,
    space: SearchSpace,
    source: torch.Tensor,
    target: torch.Tensor,
    step: int,
    plan: TrainingPlan,
) -> float:
    """Sum the gradients of this step's networks; return the loss of the largest network."""
    random = space.sample(plan.random_networks, [plan.seed, 1, step])
    smallest, largest = space.extremes()
    chosen = space.decode(np.concatenate([largest[None], smallest[None], random]), fill=True)
    weights = np.array([1.0] + [plan.others_weight] * (len(chosen) - 1))
    before = torch.cat([torch.full_like(target[:, :1], END), target[:, :-1]], dim=1)
    losses = []
    for weight, configuration in zip(weights / weights.sum(), chosen, strict=True):
        logits = network(configuration, source, before)
        loss = functional.cross_entropy(
            logits.flatten(0, 1), target.flatten(), ignore_index=PAD, label_smoothing=SMOOTHING
        )
        (loss * weight).backward()
        losses.append(loss.item())
    return losses[0]


def _batch(order: np.ndarray, step: int, plan: TrainingPlan) -> np.ndarray:
    """Rows of this step's sentences. Their lengths are similar, so that little is padding. Each
    epoch divides the sentences into batches anew."""
    size = plan.batch_size
    per_epoch = len(order) // size - 1
    epoch, place = divmod(step, per_epoch)
    random = np.random.default_rng([plan.seed, 0, epoch])
    shift = random.integers(size)
    start = shift + size * random.permutation(per_epoch)[place]
    return order[start : start + size]
