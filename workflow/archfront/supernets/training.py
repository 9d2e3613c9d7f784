"""Training an elastic super-network with the sandwich rule; seeded and resumable.

Three phases, as shares of ``steps`` (Yu et al., "BigNAS", ECCV 2020, for the sandwich rule; Cai et
al., "Once-for-All", ICLR 2020, for distillation from the largest network):

1. the smallest network alone, on hard labels: it gives every larger network a start;
2. largest + smallest + two random networks a step, on hard labels;
3. the same networks, with knowledge distillation: the loss of the others is half from the labels
   and half from the largest network, and has a small weight beside the loss of the largest network.

Distillation comes last, because distillation from an untrained teacher makes the random networks
worse than both extremes. The larger weight of the largest network makes the sub-networks differ in
quality. With equal weights to the end, all sub-networks are nearly alike, and a search has nothing
to find. All randomness of a step is drawn from (seed, step): a resumed run takes the same steps.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from archfront.core.files import written_beside
from archfront.core.space import Configuration, SearchSpace
from archfront.supernets.convolutional.elastic_torch import ElasticNetwork


@dataclass(frozen=True)
class TrainingPlan:
    """``steps`` of ``batch_size`` images or sentences; AdamW, linear warm-up, cosine decay to zero.

    smallest_only:     share of the steps that train the smallest network alone.
    distillation_from: share of the steps after which distillation begins.
    others_weight:     weight of the loss of each network but the largest, whose weight is 1; from
                       the beginning of the distillation.
    """

    steps: int
    batch_size: int = 128
    smallest_only: float = 0.15
    distillation_from: float = 0.7
    others_weight: float = 0.1
    random_networks: int = 2
    learning_rate: float = 3e-3
    warm_up_steps: int = 200
    weight_decay: float = 0.02
    seed: int = 1

    def learning_rate_at(self, step: int) -> float:
        warm = min(1.0, (step + 1) / self.warm_up_steps)
        return self.learning_rate * warm * 0.5 * (1 + math.cos(math.pi * step / self.steps))


def train(
    network: ElasticNetwork,
    space: SearchSpace,
    images: np.ndarray,
    labels: np.ndarray,
    prepare: Callable[[torch.Tensor], torch.Tensor],
    plan: TrainingPlan,
    checkpoint: Path,
    checkpoint_every: int = 250,
) -> Iterator[dict]:
    """Train ``network`` in place; yield the state of the run every 50 steps.

    network:    trained on its present device.
    images:     uint8 ``n x 3 x h x w``; ``prepare`` turns a batch of them into the input.
    checkpoint: written every ``checkpoint_every`` steps and at the end, as a whole or not at all.
                If it exists, the run resumes from it.

    Keys of a state: ``step``, ``steps``, ``loss``, ``cpu_seconds``.
    """
    device = next(network.parameters()).device
    optimiser = torch.optim.AdamW(parameter_groups(network, plan), lr=1.0, betas=(0.9, 0.99))
    targets = torch.from_numpy(labels).to(device)

    def gradients(step: int) -> float:
        rows = rows_of_batch(step, len(labels), plan)
        batch = prepare(torch.from_numpy(images[rows]).to(device))
        return _sandwich_step(network, space, batch, targets[rows], step, plan)

    yield from steps(network, optimiser, gradients, plan, checkpoint, checkpoint_every)


def train_on(
    configurations: list[Configuration],
    network: ElasticNetwork,
    images: np.ndarray,
    labels: np.ndarray,
    prepare: Callable[[torch.Tensor], torch.Tensor],
    plan: TrainingPlan,
    checkpoint: Path,
    checkpoint_every: int = 50,
) -> Iterator[dict]:
    """Train ``network`` in place on hard labels, as ``plan.random_networks`` random ones of the
    ``configurations`` a step; these must have a value for inactive parameters, too. The other
    arguments and the states are those of :func:`train`."""
    device = next(network.parameters()).device
    optimiser = torch.optim.AdamW(parameter_groups(network, plan), lr=1.0, betas=(0.9, 0.99))
    targets = torch.from_numpy(labels).to(device)

    def gradients(step: int) -> float:
        rows = rows_of_batch(step, len(labels), plan)
        batch, loss = prepare(torch.from_numpy(images[rows]).to(device)), 0.0
        random = np.random.default_rng([plan.seed, 1, step])
        for number in random.integers(len(configurations), size=plan.random_networks):
            network.set_active_subnet(**configurations[number])
            share = functional.cross_entropy(network(batch), targets[rows]) / plan.random_networks
            share.backward()
            loss += share.item()
        return loss

    yield from steps(network, optimiser, gradients, plan, checkpoint, checkpoint_every)


def steps(
    network: torch.nn.Module,
    optimiser: torch.optim.Optimizer,
    gradients: Callable[[int], float],
    plan: TrainingPlan,
    checkpoint: Path,
    checkpoint_every: int,
) -> Iterator[dict]:
    """Take the steps of a training; resume from ``checkpoint`` if it exists.

    ``gradients`` takes the number of a step, adds the step's gradients to the parameters of
    ``network``, and returns the loss. Yields the states that :func:`train` yields.
    """
    first, seconds = 0, 0.0
    if checkpoint.exists():
        device = next(network.parameters()).device
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        first, seconds = state["step"], state["cpu_seconds"]
    network.train()
    start = time.process_time()
    for step in range(first, plan.steps):
        for group in optimiser.param_groups:
            group["lr"] = plan.learning_rate_at(step)
        loss = gradients(step)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        done, spent = step + 1, seconds + time.process_time() - start
        if done % checkpoint_every == 0 or done == plan.steps:
            state = {
                "network": network.state_dict(),
                "optimiser": optimiser.state_dict(),
                "step": done,
                "cpu_seconds": spent,
            }
            with written_beside(checkpoint) as beside:
                torch.save(state, beside)
        if done % 50 == 0 or done == plan.steps:
            yield {"step": done, "steps": plan.steps, "loss": loss, "cpu_seconds": spent}


def _sandwich_step(
    network: ElasticNetwork,
    space: SearchSpace,
    batch: torch.Tensor,
    labels: torch.Tensor,
    step: int,
    plan: TrainingPlan,
) -> float:
    """Sum the gradients of this step's networks; return their mean loss on the hard labels."""
    smallest, largest = space.extremes()
    if step < plan.smallest_only * plan.steps:
        chosen = smallest[None]
    else:
        random = space.sample(plan.random_networks, [plan.seed, 1, step])
        chosen = np.concatenate([largest[None], smallest[None], random])
    distil = step >= plan.distillation_from * plan.steps
    weights = np.ones(len(chosen))
    if distil:
        weights[1:] = plan.others_weight
    teacher = None
    losses = []
    for weight, configuration in zip(weights, space.decode(chosen, fill=True), strict=True):
        network.set_active_subnet(**configuration)
        logits = network(batch)
        loss = hard = functional.cross_entropy(logits, labels)
        if distil and teacher is not None:
            soft = functional.cross_entropy(logits, teacher)
            loss = 0.5 * hard + 0.5 * soft
        if teacher is None:
            teacher = logits.detach().softmax(dim=1)
        (loss * weight / weights.sum()).backward()
        losses.append(hard.item())
    return sum(losses) / len(losses)


def rows_of_batch(step: int, size: int, plan: TrainingPlan) -> np.ndarray:
    """Rows of this step's images: each epoch is a new permutation, its incomplete batch dropped."""
    per_epoch = size // plan.batch_size
    epoch, place = divmod(step, per_epoch)
    order = np.random.default_rng([plan.seed, 0, epoch]).permutation(size)
    return order[place * plan.batch_size : (place + 1) * plan.batch_size]


def parameter_groups(network: torch.nn.Module, plan: TrainingPlan) -> list[dict]:
    """Weight decay for matrices and filters only, not for scales and biases."""
    decayed = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    return [
        {"params": decayed, "weight_decay": plan.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
