"""The Transformer in plain torch: a static sub-network, and the super-network.

The super-network's parameters have the names and shapes of HAT's published checkpoints. The
parameters of a sub-network are the first rows and columns of the super-network's parameters. The
super-network runs as a sub-network whose parameters are these slices. So both have the same
implementation, and gradients reach the super-network.
"""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from archfront.core.space import Configuration
from archfront.supernets.transformer.transformer import Architecture, Geometry, Layer, architecture
from archfront.tasks.vocabulary import PAD


def sinusoids(positions: int, dim: int) -> Tensor:
    """Positional encoding, float32 ``positions x dim``: sines in the first half of the columns,
    cosines in the second half. The first token has the position :data:`PAD` + 1 (fairseq's)."""
    half = dim // 2
    rate = torch.exp(torch.arange(half) * (-math.log(10000.0) / (half - 1)))
    angle = torch.arange(positions)[:, None] * rate
    return torch.cat([torch.sin(angle), torch.cos(angle)], dim=1)


class Attention(nn.Module):
    """Multi-head attention. Queries come from ``dim`` channels, keys and values from ``memory_dim``
    channels. The batch is the first dimension."""

    def __init__(self, dim: int, memory_dim: int, qkv_dim: int, heads: int):
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(dim, qkv_dim)
        self.k_proj = nn.Linear(memory_dim, qkv_dim)
        self.v_proj = nn.Linear(memory_dim, qkv_dim)
        self.out_proj = nn.Linear(qkv_dim, dim)

    def split(self, x: Tensor) -> Tensor:
        """``n x t x qkv`` to ``n x heads x t x qkv/heads``."""
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)

    def memory(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of the sequence ``x`` that is attended to."""
        return self.split(self.k_proj(x)), self.split(self.v_proj(x))

    def forward(
        self, x: Tensor, memory: tuple[Tensor, Tensor], mask: Tensor | None, causal: bool = False
    ) -> Tensor:
        """The output ``n x t x dim``. ``mask`` is True where attention is allowed."""
        attended = functional.scaled_dot_product_attention(
            self.split(self.q_proj(x)), *memory, attn_mask=mask, is_causal=causal
        )
        return self.out_proj(attended.transpose(1, 2).flatten(2))


class TransformerLayer(nn.Module):
    """Self-attention, attention to the encoder (in the decoder only), and a feed-forward network.
    After each of them the input is added and the sum is normalised."""

    def __init__(self, dim: int, layer: Layer, memory_dim: int, qkv_dim: int):
        super().__init__()
        self.attended = layer.attended
        self.self_attn = Attention(dim, dim, qkv_dim, layer.heads)
        self.self_attn_layer_norm = nn.LayerNorm(dim)
        if layer.attended:
            self.encoder_attn = Attention(dim, memory_dim, qkv_dim, layer.cross_heads)
            self.encoder_attn_layer_norm = nn.LayerNorm(dim)
        self.fc1 = nn.Linear(dim, layer.ffn)
        self.fc2 = nn.Linear(layer.ffn, dim)
        self.final_layer_norm = nn.LayerNorm(dim)

    def forward(
        self,
        x: Tensor,
        mask: Tensor | None = None,
        causal: bool = False,
        past: tuple[Tensor, Tensor] | None = None,
        memory: tuple[Tensor, Tensor] | None = None,
        memory_mask: Tensor | None = None,
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """The output, and the keys and values of the self-attention so far."""
        keys, values = self.self_attn.memory(x)
        if past is not None:
            keys, values = torch.cat([past[0], keys], dim=2), torch.cat([past[1], values], dim=2)
        present = keys, values
        x = self.self_attn_layer_norm(x + self.self_attn(x, present, mask, causal))
        if memory is not None:
            # The hypotheses of one sentence are adjacent rows: they query the same memory.
            queries = x.reshape(len(memory[0]), -1, x.shape[2])
            found = self.encoder_attn(queries, memory, memory_mask)
            x = self.encoder_attn_layer_norm(x + found.view_as(x))
        x = self.final_layer_norm(x + self.fc2(torch.relu(self.fc1(x))))
        return x, present


Memory = tuple[Tensor, Tensor, Tensor | None]
"""Keys, values and mask of the encoder outputs that a decoder layer attends to."""
Present = list[tuple[Tensor, Tensor]]
"""For each decoder layer: keys and values of its self-attention so far."""

if TYPE_CHECKING:

    class Layers(nn.ModuleList):
        """A list of layers, with their type."""

        def __iter__(self) -> Iterator[TransformerLayer]: ...

else:
    Layers = nn.ModuleList


class Side(nn.Module):
    """The encoder or the decoder of a static sub-network."""

    embed_tokens: nn.Embedding
    layers: Layers
    positions: Tensor


class Transformer(nn.Module):
    """A static sub-network. Sentences are int64 ``n x t``; :data:`PAD` may be on either side."""

    def __init__(self, geometry: Geometry, given: Architecture):
        super().__init__()
        wide, narrow, qkv = given.encoder_dim, given.decoder_dim, geometry.qkv_dim
        self.encoder, self.decoder = Side(), Side()
        self.encoder.embed_tokens = nn.Embedding(geometry.source_words, wide)
        self.decoder.embed_tokens = nn.Embedding(geometry.target_words, narrow)
        self.encoder.layers = Layers(
            TransformerLayer(wide, layer, 0, qkv) for layer in given.encoder
        )
        self.decoder.layers = Layers(
            TransformerLayer(narrow, layer, wide, qkv) for layer in given.decoder
        )
        # A sub-network has the first columns of the super-network's table. The values in a table
        # depend on its width.
        table = sinusoids(geometry.positions + PAD + 1, max(geometry.embed_dims))
        table[PAD] = 0
        for side, dim in ((self.encoder, wide), (self.decoder, narrow)):
            side.register_buffer("positions", table[:, :dim].clone(), persistent=False)

    @staticmethod
    def _embedded(side: Side, tokens: Tensor, place: Tensor | int) -> Tensor:
        scale = math.sqrt(side.embed_tokens.embedding_dim)
        return scale * side.embed_tokens(tokens) + side.positions[place]

    def encode(self, tokens: Tensor) -> tuple[list[Tensor], Tensor | None]:
        """The output of each encoder layer, and a mask ``n x t`` that is True for tokens that are
        no padding. The mask is None without padding."""
        real = tokens != PAD
        if real.all():
            return self.encode_without_padding(tokens), None
        place = torch.cumsum(real, dim=1) * real + PAD
        return self._encoded(tokens, place, real[:, None, None]), real

    def encode_without_padding(self, tokens: Tensor) -> list[Tensor]:
        """The output of each encoder layer for sentences without padding, which is not checked."""
        place = torch.arange(tokens.shape[1], device=tokens.device) + PAD + 1
        return self._encoded(tokens, place, None)

    def _encoded(self, tokens: Tensor, place: Tensor, mask: Tensor | None) -> list[Tensor]:
        x = self._embedded(self.encoder, tokens, place)
        outputs: list[Tensor] = []
        for layer in self.encoder.layers:
            x, _ = layer(x, mask)
            outputs.append(x)
        return outputs

    def memories(self, outputs: list[Tensor], real: Tensor | None) -> list[Memory]:
        """For each decoder layer: keys, values and mask of the attended encoder outputs."""
        found: list[Memory] = []
        for layer in self.decoder.layers:
            last = outputs[: -1 - layer.attended : -1]
            pair = layer.encoder_attn.memory(torch.cat(last, dim=1))
            mask = None if real is None else real.repeat(1, layer.attended)[:, None, None]
            found.append((*pair, mask))
        return found

    def forward(self, source: Tensor, before: Tensor) -> Tensor:
        """Logits ``n x t x words`` of the token that follows each token of ``before``.

        ``before`` begins with :data:`~archfront.tasks.vocabulary.END`. Its padding is at the end.
        """
        memories = self.memories(*self.encode(source))
        place = torch.arange(before.shape[1], device=before.device) + PAD + 1
        x = self._embedded(self.decoder, before, place)
        for layer, (key, value, mask) in zip(self.decoder.layers, memories, strict=True):
            x, _ = layer(x, causal=True, memory=(key, value), memory_mask=mask)
        return self._logits(x)

    def step(
        self, last: Tensor, number: int, past: Present | list[None], memories: list[Memory]
    ) -> tuple[Tensor, Present]:
        """One step of decoding: logits ``n x words``, and the keys and values so far.

        last:     the tokens ``n`` whose following tokens are predicted.
        number:   position of ``last``, from 0.
        past:     keys and values from the previous step; a list of None in the first step.
        memories: from :meth:`memories`. ``n`` is a multiple of its number of sentences if each
                  sentence has several hypotheses, in adjacent rows.
        """
        x = self._embedded(self.decoder, last[:, None], number + PAD + 1)
        present: Present = []
        for layer, before, (key, value, mask) in zip(
            self.decoder.layers, past, memories, strict=True
        ):
            x, kept = layer(x, past=before, memory=(key, value), memory_mask=mask)
            present.append(kept)
        return self._logits(x)[:, 0], present

    def _logits(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.decoder.embed_tokens.weight)


class ElasticTransformer(nn.Module):
    """The super-network, with HAT's parameters under HAT's names."""

    def __init__(self, geometry: Geometry):
        super().__init__()
        self.geometry = geometry
        dim, qkv = max(geometry.embed_dims), geometry.qkv_dim
        self.encoder, self.decoder = nn.Module(), nn.Module()
        self.encoder.embed_tokens = _embedding(geometry.source_words, dim)
        self.decoder.embed_tokens = (
            self.encoder.embed_tokens if geometry.shared else _embedding(geometry.target_words, dim)
        )
        layers = {"encoder": geometry.encoder_layers, "decoder": max(geometry.decoder_layers)}
        for side, count in layers.items():
            made = [_super_layer(dim, qkv, max(geometry.ffn_embed_dims)) for _ in range(count)]
            if side == "decoder":
                for layer in made:
                    layer.encoder_attn = _super_attention(dim, qkv)
                    layer.encoder_attn_layer_norm = nn.LayerNorm(dim)
            getattr(self, side).layers = nn.ModuleList(made)
        self._skeletons: dict[Architecture, Transformer] = {}

    def slices(self, given: Architecture) -> Iterator[tuple[str, Tensor]]:
        """The parameters of a sub-network, with their names in :class:`Transformer`. They are views
        of the super-network's parameters."""
        for side, dim in (("encoder", given.encoder_dim), ("decoder", given.decoder_dim)):
            own = getattr(self, side)
            yield f"{side}.embed_tokens.weight", own.embed_tokens.weight[:, :dim]
            for number, small in enumerate(getattr(given, side)):
                layer, name = own.layers[number], f"{side}.layers.{number}"
                yield from self._attention(layer.self_attn, f"{name}.self_attn", dim, dim)
                yield from _normalisation(layer, f"{name}.", "self_attn_layer_norm", dim)
                if side == "decoder":
                    yield from self._attention(
                        layer.encoder_attn, f"{name}.encoder_attn", dim, given.encoder_dim
                    )
                    yield from _normalisation(layer, f"{name}.", "encoder_attn_layer_norm", dim)
                yield f"{name}.fc1.weight", layer.fc1.weight[: small.ffn, :dim]
                yield f"{name}.fc1.bias", layer.fc1.bias[: small.ffn]
                yield f"{name}.fc2.weight", layer.fc2.weight[:dim, : small.ffn]
                yield f"{name}.fc2.bias", layer.fc2.bias[:dim]
                yield from _normalisation(layer, f"{name}.", "final_layer_norm", dim)

    def _attention(
        self, own: "_SuperAttention", name: str, dim: int, memory_dim: int
    ) -> Iterator[tuple[str, Tensor]]:
        weights = own.in_proj_weight.split(self.geometry.qkv_dim)
        biases = own.in_proj_bias.split(self.geometry.qkv_dim)
        for kind, weight, bias, width in zip(
            "qkv", weights, biases, (dim, memory_dim, memory_dim), strict=True
        ):
            yield f"{name}.{kind}_proj.weight", weight[:, :width]
            yield f"{name}.{kind}_proj.bias", bias
        yield f"{name}.out_proj.weight", own.out_proj.weight[:dim]
        yield f"{name}.out_proj.bias", own.out_proj.bias[:dim]

    def extract(self, configuration: Configuration) -> Transformer:
        """The static sub-network with inherited weights, a copy in evaluation mode."""
        given = architecture(configuration)
        made = Transformer(self.geometry, given)
        made.load_state_dict({name: t.detach().clone() for name, t in self.slices(given)})
        return made.eval()

    def forward(self, configuration: Configuration, source: Tensor, before: Tensor) -> Tensor:
        """The logits of the sub-network (see :meth:`Transformer.forward`). Gradients reach the
        super-network's parameters."""
        given = architecture(configuration)
        if given not in self._skeletons:
            self._skeletons.clear()  # one skeleton is enough for repeated calls
            self._skeletons[given] = Transformer(self.geometry, given)
        return functional_call(self._skeletons[given], dict(self.slices(given)), (source, before))


def _embedding(words: int, dim: int) -> nn.Embedding:
    made = nn.Embedding(words, dim)
    nn.init.normal_(made.weight, std=dim**-0.5)
    nn.init.zeros_(made.weight[PAD])
    return made


def _super_layer(dim: int, qkv_dim: int, ffn: int) -> nn.Module:
    made = nn.Module()
    made.self_attn = _super_attention(dim, qkv_dim)
    made.self_attn_layer_norm = nn.LayerNorm(dim)
    made.fc1, made.fc2 = _linear(dim, ffn), _linear(ffn, dim)
    made.final_layer_norm = nn.LayerNorm(dim)
    return made


class _SuperAttention(nn.Module):
    """Multi-head attention under HAT's names."""

    in_proj_weight: nn.Parameter
    in_proj_bias: nn.Parameter
    out_proj: nn.Linear


def _super_attention(dim: int, qkv_dim: int) -> _SuperAttention:
    made = _SuperAttention()
    made.in_proj_weight = nn.Parameter(torch.empty(3 * qkv_dim, dim))
    made.in_proj_bias = nn.Parameter(torch.zeros(3 * qkv_dim))
    made.out_proj = _linear(qkv_dim, dim)
    nn.init.xavier_uniform_(made.in_proj_weight)
    return made


def _linear(inputs: int, outputs: int) -> nn.Linear:
    made = nn.Linear(inputs, outputs)
    nn.init.xavier_uniform_(made.weight)
    nn.init.zeros_(made.bias)
    return made


def _normalisation(
    layer: nn.Module, prefix: str, name: str, dim: int
) -> Iterator[tuple[str, Tensor]]:
    own = getattr(layer, name)
    yield f"{prefix}{name}.weight", own.weight[:dim]
    yield f"{prefix}{name}.bias", own.bias[:dim]
