"""The embedded translation super-network: a small space like HAT's, trained on generated phrases.

The weights, the vocabulary and a record of the training are shipped beside this file. ``snakemake
train_embedded_transformer`` makes them again. Torch is imported only in methods that need it.
"""

import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from archfront.core.consistency import prepared
from archfront.core.files import file_digest, read_json, write_text
from archfront.supernets.transformer.transformer import Geometry
from archfront.supernets.transformer.translator import Translator
from archfront.tasks import phrases
from archfront.tasks.parallel_text import ParallelText, lines
from archfront.tasks.vocabulary import SentencePiece

if TYPE_CHECKING:
    from archfront.supernets.transformer.elastic_transformer import ElasticTransformer

FOLDER = Path(__file__).parent
SENTENCES = 1000
"""Default number of validation sentences."""
PIECES = 512
"""Number of tokens in the vocabulary."""


class EmbeddedTransformer(Translator):
    """4 encoder layers and 1 to 4 decoder layers, English to German."""

    name = "embedded_transformer"

    def __init__(self) -> None:
        super().__init__(
            Geometry(
                embed_dims=(24, 48, 96),
                ffn_embed_dims=(48, 96, 192),
                heads=(2, 4),
                qkv_dim=96,
                source_words=PIECES,
                target_words=PIECES,
                shared=True,
                encoder_layers=4,
                decoder_layers=(1, 2, 3, 4),
            )
        )

    @property
    def weights(self) -> Path:
        return FOLDER / f"{self.name}.pt"

    @property
    def vocabulary(self) -> Path:
        return FOLDER / f"{self.name}.model"

    @property
    def record(self) -> Path:
        return FOLDER / f"{self.name}.json"

    def untrained(self) -> "ElasticTransformer":
        """The elastic torch module before training."""
        from archfront.supernets.transformer.elastic_transformer import ElasticTransformer

        return ElasticTransformer(self.geometry)

    def network(self) -> "ElasticTransformer":
        return self._network

    @cached_property
    def _network(self) -> "ElasticTransformer":
        import torch

        network = self.untrained()
        network.load_state_dict(torch.load(self.weights, weights_only=True))
        return network

    def digest(self) -> str:
        return file_digest(self.weights)

    def context(self, objective: str, settings: dict) -> dict:
        found = super().context(objective, settings)
        if objective != "latency":
            count = settings["validation_sentences"] or SENTENCES
            found |= {"data": phrases.digest(), "split": "validation", "sentences": count}
        return found

    def prepare_data(self, folder: Path, settings: dict) -> None:
        """Write the validation sentences; warn if this machine generates other sentences than the
        weights were trained on."""
        trained_on, written = read_json(self.record)["data_digest"], phrases.digest()
        if written != trained_on:
            print(
                f"warning: num2words and Babel of this machine write other sentences "
                f"({written[:12]}) than the embedded weights were trained on ({trained_on[:12]}). "
                "Everything works, but BLEU is a little lower and not comparable with other "
                "machines. Install the versions pinned in envs/requirements.txt, or train the "
                "weights again: snakemake train_embedded_transformer",
                file=sys.stderr,
            )
        count = settings["validation_sentences"] or SENTENCES
        for name, side in zip(("en", "de"), phrases.sentences("validation", count), strict=True):
            write_text(folder / f"validation.{name}", "\n".join(side) + "\n")

    def text(self, settings: dict) -> ParallelText:
        files = (prepared(settings["data"], f"validation.{name}") for name in ("en", "de"))
        english, german = map(lines, files)
        vocabulary = SentencePiece(self.vocabulary)
        return ParallelText([vocabulary.encode(one) for one in english], german, vocabulary)
