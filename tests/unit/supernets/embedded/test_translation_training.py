import itertools

import torch

from archfront.core.files import read_json
from archfront.supernets.embedded import translation_training as training
from archfront.supernets.embedded.translation import PIECES, EmbeddedTransformer
from archfront.tasks import phrases
from archfront.tasks.vocabulary import END, SentencePiece

WORDS = [*map("".join, itertools.product("bdfgklmnprst", "aeiou", "lmnrst"))]
"""360 words, enough for the vocabulary."""


def sentences(split, count):
    """``count`` sentences; those after the ones for the vocabulary have a letter of their own."""
    assert split == "train"
    english = [" ".join(WORDS[(7 * n + i) % len(WORDS)] for i in range(4)) for n in range(count)]
    english[-1] = "x"
    return english, [one.upper() for one in english]


def test_vocabulary_weights_and_record_are_written(tmp_path, monkeypatch):
    """The training itself has its tests in transformer/test_translation_training.py."""
    asked = {}

    def trained(network, space, source, target, plan, checkpoint):
        asked.update(source=source, target=target, plan=plan, checkpoint=checkpoint)
        asked["first"] = {name: t.clone() for name, t in network.state_dict().items()}
        with torch.no_grad():
            next(network.parameters()).add_(1)
        yield {"step": 1, "steps": 2, "loss": 1.0, "cpu_seconds": 10.0}
        yield {"step": 2, "steps": 2, "loss": 1.0, "cpu_seconds": 20.6}

    monkeypatch.setattr(training, "TRAINED_ON", 400)
    monkeypatch.setattr(training, "SPLIT_ON", 399)
    monkeypatch.setattr(training, "train_translator", trained)
    monkeypatch.setattr(phrases, "sentences", sentences)
    monkeypatch.setattr(phrases, "digest", lambda: "of the sentences")
    paths = {name: tmp_path / name for name in ("weights", "vocabulary", "record", "checkpoint")}
    training.train_embedded_transformer(**paths)

    words = SentencePiece(paths["vocabulary"])
    assert len(words) == PIECES
    english, german = sentences("train", 400)
    for side, text in (("source", english), ("target", german)):
        assert len(asked[side]) == 400 and asked[side][0][-1] == END
        assert words.decode(asked[side][5]) == text[5]
        assert words.decode(asked[side][-1]) != text[-1]  # it took no part in the vocabulary
    assert asked["checkpoint"] == paths["checkpoint"]

    found, plan = read_json(paths["record"]), asked["plan"]
    assert found["cpu_seconds"] == 21 and found["data_digest"] == "of the sentences"
    assert found["sentences_seen"] == plan.steps * plan.batch_size
    kept = torch.load(paths["weights"], weights_only=True)
    torch.manual_seed(plan.seed)
    seeded = EmbeddedTransformer().untrained().state_dict()
    changed = [n for n, tensor in kept.items() if not torch.equal(tensor, asked["first"][n])]
    assert changed and all(torch.equal(seeded[n], tensor) for n, tensor in asked["first"].items())


def test_the_shipped_weights_were_trained_by_the_plan():
    record = read_json(EmbeddedTransformer().record)
    plan = record["plan"]
    assert record["sentences_seen"] == plan["steps"] * plan["batch_size"] == 1800 * 64
    assert plan["others_weight"] == 0.4
