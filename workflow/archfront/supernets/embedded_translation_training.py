"""Training the embedded translation super-network: about twelve minutes on one core."""

import sys
from dataclasses import asdict
from pathlib import Path

import torch

from archfront.files import file_digest, write_json, written_beside
from archfront.measurement.platform import host_facts
from archfront.supernets.embedded_translation import PIECES, EmbeddedTransformer
from archfront.supernets.training import TrainingPlan
from archfront.supernets.translation_training import train
from archfront.tasks import phrases
from archfront.tasks.vocabulary import SentencePiece, train_sentencepiece

TRAINED_ON, SPLIT_ON = 60_000, 20_000
"""Sentences of training, and of each language those that the vocabulary is learned from."""


def train_embedded_transformer(
    weights: Path, vocabulary: Path, record: Path, checkpoint: Path
) -> None:
    """Train from the seed, or on from ``checkpoint``; write the weights and what they cost."""
    torch.set_num_threads(1)
    plan = TrainingPlan(steps=1800, batch_size=64, others_weight=0.4)
    english, german = phrases.sentences("train", TRAINED_ON)
    with written_beside(vocabulary) as beside:
        train_sentencepiece([*english[:SPLIT_ON], *german[:SPLIT_ON]], PIECES, beside)
    words = SentencePiece(vocabulary)
    torch.manual_seed(plan.seed)
    supernet = EmbeddedTransformer()
    network = supernet.untrained()
    sides = [[words.encode(one) for one in side] for side in (english, german)]
    state = {"cpu_seconds": 0.0}
    for state in train(network, supernet.space, *sides, plan, checkpoint):
        left = state["cpu_seconds"] / state["step"] * (state["steps"] - state["step"])
        print(
            f"step {state['step']} of {state['steps']}, loss {state['loss']:.3f}, "
            f"about {left / 60:.0f} minutes left",
            file=sys.stderr,
            flush=True,
        )
    with written_beside(weights) as beside:
        torch.save({name: t.clone() for name, t in network.state_dict().items()}, beside)
    write_json(
        record,
        {
            "weights_sha256": file_digest(weights),
            "data_digest": phrases.digest(),
            "plan": asdict(plan),
            "sentences_seen": plan.steps * plan.batch_size,
            "cpu_seconds": round(state["cpu_seconds"]),
            "host": {n: v for n, v in host_facts().items() if n != "host"},
        },
    )
