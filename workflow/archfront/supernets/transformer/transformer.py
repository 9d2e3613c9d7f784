"""HAT's elastic Transformer: its search space and its costs in closed form (no torch).

Source: Wang et al., "HAT: Hardware-Aware Transformers for Efficient Natural Language Processing",
ACL 2020. The elastic parameters are the embedding widths, the width of the feed-forward network and
the numbers of heads of each layer, and the number of decoder layers. Each decoder layer attends to
the outputs of one or more of the last encoder layers (``decoder_arbitrary_ende_attn``: -1 the last,
1 the last two, 2 the last three), concatenated along time. All parameters of decoder layers beyond
the depth are inactive.
"""

from dataclasses import dataclass

import numpy as np

from archfront.core.space import Configuration, ElasticParameter, SearchSpace

TOKENS, BEAM = 30, 5
"""Number of tokens of the sentence and of its translation, for MACs and latency; number of
hypotheses for latency (HAT's values). MACs count one hypothesis."""
ATTENDED = {-1: 1, 1: 2, 2: 3}
"""Number of attended encoder layers for each value of ``decoder_arbitrary_ende_attn``."""


@dataclass(frozen=True)
class Geometry:
    """Values in ascending order; the super-network has the largest of each.

    embed_dims:     embedding widths. A sub-network has one for the encoder and one for the decoder.
    ffn_embed_dims: widths of the feed-forward network of a layer.
    heads:          numbers of heads of an attention.
    qkv_dim:        channels of queries, keys and values, for every width and number of heads.
    source_words, target_words: sizes of the vocabularies.
    shared:         whether source and target have one vocabulary.
    encoder_layers: number of encoder layers (not elastic).
    decoder_layers: numbers of decoder layers.
    tokens:         number of tokens of a sentence and of its translation, for MACs and latency.
    positions:      largest number of tokens of a sentence.
    """

    embed_dims: tuple[int, ...]
    ffn_embed_dims: tuple[int, ...]
    heads: tuple[int, ...]
    qkv_dim: int
    source_words: int
    target_words: int
    shared: bool
    encoder_layers: int = 6
    decoder_layers: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    tokens: int = TOKENS
    positions: int = 1024


def search_space(geometry: Geometry) -> SearchSpace:
    """The elastic parameters in HAT's order. The kinds have the names of HAT's configurations."""
    encoder, decoder = geometry.encoder_layers, max(geometry.decoder_layers)

    def many(kind: str, values: tuple, count: int, controller: int | None = None) -> list:
        return [
            ElasticParameter(kind, values, controller, 0 if controller is None else layer + 1)
            for layer in range(count)
        ]

    depth = 2 + 2 * encoder
    return SearchSpace(
        [
            ElasticParameter("encoder_embed_dim", geometry.embed_dims),
            *many("encoder_ffn_embed_dim", geometry.ffn_embed_dims, encoder),
            *many("encoder_self_attention_heads", geometry.heads, encoder),
            ElasticParameter("decoder_embed_dim", geometry.embed_dims),
            ElasticParameter("decoder_layer_num", geometry.decoder_layers),
            *many("decoder_ffn_embed_dim", geometry.ffn_embed_dims, decoder, depth),
            *many("decoder_self_attention_heads", geometry.heads, decoder, depth),
            *many("decoder_ende_attention_heads", geometry.heads, decoder, depth),
            *many("decoder_arbitrary_ende_attn", tuple(ATTENDED), decoder, depth),
        ]
    )


@dataclass(frozen=True)
class Layer:
    """One layer of a sub-network. ``cross_heads`` and ``attended`` are 0 in the encoder."""

    ffn: int
    heads: int
    cross_heads: int = 0
    attended: int = 0


@dataclass(frozen=True)
class Architecture:
    """A configuration, layer by layer."""

    encoder_dim: int
    decoder_dim: int
    encoder: tuple[Layer, ...]
    decoder: tuple[Layer, ...]


def architecture(configuration: Configuration) -> Architecture:
    """The architecture of a configuration, which may be in canonical form."""
    (depth,) = configuration["decoder_layer_num"]
    attended = [ATTENDED[v] for v in configuration["decoder_arbitrary_ende_attn"][:depth]]
    encoder = zip(
        configuration["encoder_ffn_embed_dim"],
        configuration["encoder_self_attention_heads"],
        strict=True,
    )
    decoder = zip(
        configuration["decoder_ffn_embed_dim"][:depth],
        configuration["decoder_self_attention_heads"][:depth],
        configuration["decoder_ende_attention_heads"][:depth],
        attended,
        strict=True,
    )
    return Architecture(
        configuration["encoder_embed_dim"][0],
        configuration["decoder_embed_dim"][0],
        tuple(Layer(*values) for values in encoder),
        tuple(Layer(*values) for values in decoder),
    )


class Costs:
    """Closed forms over populations of ``search_space(geometry)``."""

    def __init__(self, space: SearchSpace, geometry: Geometry):
        self._space, self._geometry = space, geometry
        self._columns = {
            kind: [i for i, p in enumerate(space.parameters) if p.kind == kind]
            for kind in space.kinds
        }

    def _values(self, population: np.ndarray, kind: str) -> np.ndarray:
        """The values of a kind: float64 ``n x layers``, 0 where a parameter is inactive."""
        columns = self._columns[kind]
        entries = self._space.canonical(population)[:, columns]
        values = np.array(self._space.parameters[columns[0]].values, float)
        return np.where(entries >= 0, values[entries], 0.0)

    def parts(self, population: np.ndarray) -> np.ndarray:
        """MACs of each part of the network, in millions: float64 ``n x parts``.

        The parts are the projections of each encoder layer, the attention of each, the feed-forward
        network of each; the same for the decoder; and the output. The MACs are for one sentence,
        encoded once and decoded token by token.
        """
        given, n = self._geometry, self._geometry.tokens
        qkv = given.qkv_dim
        wide, narrow = (self._values(population, f"{side}_embed_dim") for side in SIDES)
        ffn = self._values(population, "encoder_ffn_embed_dim")
        ones = np.ones_like(ffn)
        encoder = [4 * qkv * wide * n * ones, 2 * qkv * n * n * ones, 2 * wide * ffn * n]
        ffn = self._values(population, "decoder_ffn_embed_dim")
        there = (ffn > 0).astype(float)
        attended = self._attended(population)
        projections = (6 * narrow * n + 2 * wide * n * attended) * qkv * there
        attention = (n * (n + 1) + 2 * n * n * attended) * qkv * there
        decoder = [projections, attention, 2 * narrow * ffn * n]
        output = [narrow * given.target_words * n]
        return np.concatenate([*encoder, *decoder, *output], axis=1) / 1e6

    def stages(self, population: np.ndarray) -> np.ndarray:
        """Features for predictors of latency: float64 ``n x f``.

        The features are :meth:`parts`, the heads of each layer, the number of decoder layers, the
        widths of encoder and decoder, the number of decoder layers times the decoder's width, and
        the sums over decoder layers of feed-forward widths and of attended encoder layers.
        """
        depth = self._values(population, "decoder_layer_num")
        widths = [self._values(population, f"{side}_embed_dim") for side in SIDES]
        kinds = [kind for kind in self._columns if kind.endswith("heads")]
        heads = [self._values(population, kind) for kind in kinds]
        ffn = self._values(population, "decoder_ffn_embed_dim").sum(axis=1, keepdims=True)
        attended = self._attended(population).sum(axis=1, keepdims=True)
        sums = [depth, *widths, depth * widths[1], ffn, attended]
        return np.concatenate([self.parts(population), *heads, *sums], axis=1)

    def _attended(self, population: np.ndarray) -> np.ndarray:
        """Number of encoder layers that each decoder layer attends to; 0 for an inactive layer."""
        values = self._values(population, "decoder_arbitrary_ende_attn")
        return np.where(values == -1, 1, np.where(values > 0, values + 1, 0))

    def macs(self, population: np.ndarray) -> np.ndarray:
        """MACs in millions: float64 ``n``."""
        return self.parts(population).sum(axis=1)

    def params(self, population: np.ndarray) -> np.ndarray:
        """Parameters in millions, with embeddings (once if shared): float64 ``n``."""
        given, qkv = self._geometry, self._geometry.qkv_dim
        wide, narrow = (self._values(population, f"{side}_embed_dim") for side in SIDES)
        ffn = self._values(population, "encoder_ffn_embed_dim")
        total = (4 * qkv * wide + 3 * qkv + 6 * wide + 2 * wide * ffn + ffn).sum(axis=1)
        ffn = self._values(population, "decoder_ffn_embed_dim")
        layer = (6 * narrow + 2 * wide) * qkv + 6 * qkv + 9 * narrow + 2 * narrow * ffn + ffn
        total += (layer * (ffn > 0)).sum(axis=1)
        if given.shared:
            words = given.source_words * np.maximum(wide, narrow)
        else:
            words = given.source_words * wide + given.target_words * narrow
        return (total + words[:, 0]) / 1e6


SIDES = "encoder", "decoder"
