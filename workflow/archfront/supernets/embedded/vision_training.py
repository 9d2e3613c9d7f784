"""Training of the embedded vision super-networks: hours on one core each."""

import sys
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from archfront.core.files import file_digest, write_json, written_beside
from archfront.core.platform import host_facts
from archfront.core.space import Configuration
from archfront.supernets.checkpoint import load
from archfront.supernets.embedded.vision import Embedded
from archfront.supernets.training import TrainingPlan, train, train_on
from archfront.tasks import glyphs

PLANS = {
    "embedded_mobilenetv3": TrainingPlan(steps=4500),
    "embedded_resnet": TrainingPlan(steps=4500, learning_rate=1e-3),
}


def train_embedded(supernet: Embedded, weights: Path, record: Path, checkpoint: Path) -> None:
    """Train from the seed, or resume from ``checkpoint``; write the weights and their record."""
    torch.set_num_threads(1)
    plan = PLANS[supernet.name]
    torch.manual_seed(plan.seed)
    network = supernet.untrained()
    network.to("cuda" if torch.cuda.is_available() else "cpu")
    images, labels = glyphs.images("train")
    states = train(network, supernet.space, images, labels, supernet.prepare, plan, checkpoint)
    cost = {"data_digest": glyphs.masters_digest(), "images_seen": plan.steps * plan.batch_size}
    write_trained(network, plan, cost | {"cpu_seconds": round(told(states))}, weights, record)


FINE_TUNING = TrainingPlan(
    steps=0, learning_rate=1e-4, warm_up_steps=1, weight_decay=0.01, random_networks=4
)
"""The plan of a fine-tuning, but for its steps and its seed."""


def fine_tune(
    supernet: Embedded,
    configurations: list[Configuration],
    steps: int,
    seed: int,
    weights: Path,
    state: Path,
    device: str,
) -> None:
    """:meth:`~archfront.core.supernet.SuperNetwork.fine_tune` on consecutive training images, about
    as many as the steps show; the seed says which. The ``configurations`` have a value for inactive
    parameters, too."""
    torch.set_num_threads(1)
    plan = replace(FINE_TUNING, steps=steps, seed=seed)
    network = supernet.untrained()
    load(supernet.weights, network)
    network.to(device)
    chunks = glyphs.SPLIT_SIZES["train"] // glyphs.CHUNK
    few = min(chunks, -(-steps * plan.batch_size // glyphs.CHUNK))
    first = int(np.random.default_rng([seed, 2]).integers(chunks - few + 1))
    images, labels = glyphs.images("train", few * glyphs.CHUNK, first * glyphs.CHUNK)
    told(train_on(configurations, network, images, labels, supernet.prepare, plan, state))
    write_weights(network, weights)


def told(states: Iterable[dict]) -> float:
    """Take the steps of a training, print its progress, and return its CPU seconds."""
    state = {"cpu_seconds": 0.0}
    for state in states:
        left = state["cpu_seconds"] / state["step"] * (state["steps"] - state["step"])
        print(
            f"step {state['step']} of {state['steps']}, loss {state['loss']:.3f}, "
            f"about {left / 60:.0f} minutes left",
            file=sys.stderr,
            flush=True,
        )
    return state["cpu_seconds"]


def write_weights(network: torch.nn.Module, weights: Path) -> None:
    """Write the weights (``weights_only=True``). Equal weights give equal bytes."""
    tensors = {name: tensor.cpu().contiguous() for name, tensor in network.state_dict().items()}
    with written_beside(weights) as beside, open(beside, "wb") as file:
        torch.save(tensors, file)  # to a path, it would put the name of the file into the file


def write_trained(
    network: torch.nn.Module, plan: TrainingPlan, cost: dict, weights: Path, record: Path
) -> None:
    """Write the weights and their record: plan, data, cost and host."""
    write_weights(network, weights)
    write_json(
        record,
        {
            "weights_sha256": file_digest(weights),
            "plan": asdict(plan),
            **cost,
            "host": {n: v for n, v in host_facts().items() if n != "host"},
        },
    )
