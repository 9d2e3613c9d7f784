"""Training the embedded translation super-network: about twelve minutes on one core."""

from pathlib import Path

import torch

from archfront.core.files import written_beside
from archfront.supernets.embedded.translation import PIECES, EmbeddedTransformer
from archfront.supernets.embedded.vision_training import told, write_trained
from archfront.supernets.training import TrainingPlan
from archfront.supernets.transformer.translation_training import train_translator
from archfront.tasks import phrases
from archfront.tasks.vocabulary import SentencePiece, train_sentencepiece

TRAINED_ON, SPLIT_ON = 60_000, 20_000
"""Number of training sentences; number of sentences per language that train the vocabulary."""


def train_embedded_transformer(
    weights: Path, vocabulary: Path, record: Path, checkpoint: Path
) -> None:
    """Train from the seed, or resume from ``checkpoint``; write vocabulary, weights and record."""
    torch.set_num_threads(1)
    plan = TrainingPlan(steps=1800, batch_size=64, others_weight=0.4)
    english, german = phrases.sentences("train", TRAINED_ON)
    with written_beside(vocabulary) as beside:
        train_sentencepiece([*english[:SPLIT_ON], *german[:SPLIT_ON]], PIECES, beside)
    words = SentencePiece(vocabulary)
    torch.manual_seed(plan.seed)
    supernet = EmbeddedTransformer()
    network = supernet.untrained()
    source, target = ([words.encode(one) for one in side] for side in (english, german))
    states = train_translator(network, supernet.space, source, target, plan, checkpoint)
    cost = {"data_digest": phrases.digest(), "sentences_seen": plan.steps * plan.batch_size}
    write_trained(network, plan, cost | {"cpu_seconds": round(told(states))}, weights, record)
