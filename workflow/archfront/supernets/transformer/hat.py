"""HAT's published super-networks, from a checkpoint and a folder with parallel text.

BLEU needs a checkpoint and the text. The other objectives do not: MACs and parameters are closed
forms, and the latency of a network does not depend on its weights.
"""

import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from archfront.core.files import file_digest
from archfront.core.registry import ConfigError
from archfront.core.required import required
from archfront.supernets.checkpoint_file import checkpoint_file
from archfront.supernets.transformer.transformer import Geometry
from archfront.supernets.transformer.translator import Translator
from archfront.tasks.parallel_text import ParallelText
from archfront.tasks.translation_folder import TranslationFolder

if TYPE_CHECKING:
    from archfront.supernets.transformer.elastic_transformer import ElasticTransformer

HOME = "https://github.com/mit-han-lab/hardware-aware-transformers"


class HardwareAwareTransformer(Translator):
    """Options:

    data:       folder with the dictionaries, and with the text for BLEU (see
                :class:`TranslationFolder`). Without it, the vocabularies have their published
                sizes, where these are known (:attr:`words`).
    checkpoint: path of the published weights; needed for BLEU.
    sha256:     required SHA-256 of the weights.

    ConfigError if source and target should share a vocabulary but have dictionaries of different
    sizes, or if neither the folder nor published sizes are there.
    """

    name: str
    languages: tuple[str, str] = ("en", "de")
    shared = True
    """Whether source and target have one vocabulary."""
    words: tuple[int, int] | None = None
    """The published sizes of the vocabularies of source and target; None if they are not known."""
    ffn_embed_dims: tuple[int, ...] = (1024, 2048, 3072)
    heads: tuple[int, ...] = (4, 8)
    tokens = 30

    def __init__(
        self, data: str | None = None, checkpoint: str | None = None, sha256: str | None = None
    ):
        self.folder = None if data is None else TranslationFolder(Path(data), *self.languages)
        self.checkpoint = checkpoint_file(
            checkpoint, sha256, f"The weights of {self.name} are linked at {HOME}"
        )
        sizes = self.words if self.folder is None else self.folder.sizes
        if sizes is None:
            raise ConfigError(
                f"supernet.data: {self.name} needs it; its dictionaries give the numbers of words"
            )
        if self.shared and sizes[0] != sizes[1]:
            raise ConfigError(
                f"supernet.data: {self.name} has one vocabulary for both languages, {data} has "
                f"dictionaries of {sizes[0]} and {sizes[1]} words"
            )
        super().__init__(
            Geometry(
                embed_dims=(512, 640),
                ffn_embed_dims=self.ffn_embed_dims,
                heads=self.heads,
                qkv_dim=512,
                source_words=sizes[0],
                target_words=sizes[1],
                shared=self.shared,
                tokens=self.tokens,
            )
        )

    def network(self) -> "ElasticTransformer":
        return self._network

    @cached_property
    def _network(self) -> "ElasticTransformer":
        from archfront.supernets.checkpoint import load
        from archfront.supernets.transformer.elastic_transformer import ElasticTransformer

        network = ElasticTransformer(self.geometry)
        if self.checkpoint is not None:
            load(self.checkpoint, network)
        return network

    def digest(self) -> str:
        if self.checkpoint is None:
            sizes = self.geometry.source_words, self.geometry.target_words
            return f"{self.name}, untrained, {sizes} words"
        return file_digest(self.checkpoint)

    def context(self, objective: str, settings: dict) -> dict:
        found = super().context(objective, settings)
        if objective != "latency":
            for option, value in (("checkpoint", self.checkpoint), ("data", self.folder)):
                if value is None:
                    raise ConfigError(
                        f"supernet.{option}: {self.name} needs it for {objective} (without it: "
                        "latency, macs, params)"
                    )
            found["data"] = required(self.folder, "supernet.data").digest()
            found["sentences"] = settings["validation_sentences"] or "all"
        return found

    def prepare_data(self, folder: Path, settings: dict) -> None:
        """Check that checkpoint, dictionaries and text fit together."""
        if self.checkpoint is not None:
            self.network()
            print(f"{self.checkpoint} fits {self.name}", file=sys.stderr)
            if self.folder is not None:
                print(f"{len(self.text(settings).source)} sentences", file=sys.stderr)

    def text(self, settings: dict) -> ParallelText:
        return required(self.folder, "supernet.data").text(
            settings["validation_sentences"], self.geometry.positions
        )

    def remarks(self, settings: dict) -> list[str]:
        count = settings["validation_sentences"]
        return [f"BLEU on the first {count:,} sentences"] if count else []


class WMT14EnDe(HardwareAwareTransformer):
    name = "hat_wmt14_ende"
    words = 32768, 32768  # fairseq-preprocess with --nwordssrc 32768 --nwordstgt 32768


class WMT14EnFr(HardwareAwareTransformer):
    name = "hat_wmt14_enfr"
    languages = ("en", "fr")


class WMT19EnDe(HardwareAwareTransformer):
    name = "hat_wmt19_ende"


class IWSLT14DeEn(HardwareAwareTransformer):
    name = "hat_iwslt14_deen"
    languages = ("de", "en")
    shared = False
    ffn_embed_dims = (512, 1024, 2048)
    heads = (2, 4)
    tokens = 23
