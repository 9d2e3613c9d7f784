import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from archfront.supernets.transformer.elastic_transformer import ElasticTransformer
from archfront.supernets.transformer.transformer import Geometry, search_space
from archfront.tasks.vocabulary import END, PAD

WMT = Geometry((512, 640), (1024, 2048, 3072), (4, 8), 512, 24, 24, True)
SMALL = Geometry((12, 16), (8, 20), (2, 4), 16, 30, 30, True, 3, (1, 2, 3), tokens=5, positions=50)
SPACE = search_space(SMALL)


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return ElasticTransformer(SMALL)


ATTENTION = {
    "in_proj_weight": (1536, 640),
    "in_proj_bias": (1536,),
    "out_proj.weight": (640, 512),
    "out_proj.bias": (640,),
}
NORMALISATION = {"weight": (640,), "bias": (640,)}
FEED_FORWARD = {
    "fc1.weight": (3072, 640),
    "fc1.bias": (3072,),
    "fc2.weight": (640, 3072),
    "fc2.bias": (640,),
}


def published_shapes():
    """Of the parameters in ``HAT_wmt14ende_super_space0.pt``, by a vocabulary of 24 words."""
    shapes = {f"{side}.embed_tokens.weight": (24, 640) for side in ("encoder", "decoder")}
    for side, attentions in (("encoder", ["self"]), ("decoder", ["self", "encoder"])):
        for layer in range(6):
            name = f"{side}.layers.{layer}."
            parts = {name + key: shape for key, shape in FEED_FORWARD.items()}
            for kind in attentions:
                parts |= {f"{name}{kind}_attn.{k}": shape for k, shape in ATTENTION.items()}
            for kind in [*(f"{a}_attn" for a in attentions), "final"]:
                parts |= {f"{name}{kind}_layer_norm.{k}": s for k, s in NORMALISATION.items()}
            shapes |= parts
    return shapes


def test_the_parameters_have_the_published_names_and_shapes():
    state = ElasticTransformer(WMT).state_dict()
    assert {name: tuple(tensor.shape) for name, tensor in state.items()} == published_shapes()


PUBLISHED_CONFIGURATION = {
    "encoder_embed_dim": [512],
    "encoder_ffn_embed_dim": [1024, 2048, 3072, 1024, 2048, 1024],
    "encoder_self_attention_heads": [4, 8, 4, 8, 8, 4],
    "decoder_embed_dim": [640],
    "decoder_layer_num": [3],
    "decoder_ffn_embed_dim": [2048, 1024, 3072, None, None, None],
    "decoder_self_attention_heads": [8, 4, 4, None, None, None],
    "decoder_ende_attention_heads": [4, 8, 8, None, None, None],
    "decoder_arbitrary_ende_attn": [-1, 2, 1, None, None, None],
}
PUBLISHED_LOGITS = [
    [
        [-5.894163131713867, -0.5899164080619812, 5.940638542175293, 0.5749010443687439],
        [13.874868392944336, -0.21795159578323364, -13.826770782470703, -2.9198496341705322],
        [4.992887496948242, -10.102692604064941, -3.9928555488586426, -10.824877738952637],
    ],
    [
        [-5.900519371032715, -0.5840523838996887, 5.946408748626709, 0.5818595290184021],
        [13.41946029663086, 0.9216967821121216, -13.483966827392578, -1.7197744846343994],
        [13.986711502075195, -0.5958638191223145, -13.901350021362305, -3.310157299041748],
    ],
]
"""Logits of the words 0, 3, 10 and 23. Printed by ``TransformerSuperNetwork`` of dynast 1.6.0
(HAT's super-network as the paper's authors ship it) with fairseq 0.12.2 and torch 2.13.0, in
evaluation mode, with the weights of :func:`written_weights` and the encoder's padding embedding
0."""


def written_weights(state):
    """The same in any program: sines, one more where a layer is normalised."""
    names = sorted(name for name in state if name != "decoder.embed_tokens.weight")
    for number, name in enumerate(names):
        shape, size = state[name].shape, state[name].numel()
        values = 0.1 * np.sin(0.37 * np.arange(size, dtype=float) * (1 + number % 7) + number)
        values += "layer_norm.weight" in name
        state[name].copy_(torch.from_numpy(values.astype(np.float32).reshape(shape)))


def test_one_configuration_gives_what_the_published_code_gives():
    network = ElasticTransformer(WMT)
    with torch.inference_mode():
        written_weights(network.state_dict())
        network.encoder.embed_tokens.weight[PAD] = 0
        source = torch.tensor([[5, 9, 14, 7, 2], [PAD, PAD, 11, 6, 2]])
        before = torch.tensor([[END, 8, 13], [END, 20, 4]])
        logits = network(PUBLISHED_CONFIGURATION, source, before)
    expected = torch.tensor(PUBLISHED_LOGITS)
    torch.testing.assert_close(logits[..., [0, 3, 10, 23]], expected, atol=1e-4, rtol=1e-5)


def sentences(random, count, longest, words):
    rows = torch.full((count, longest), PAD)
    for row in rows:
        length = random.integers(1, longest + 1)
        row[:length] = torch.from_numpy(random.integers(4, words, length))
    return rows


@given(st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_any_sub_network_equals_one_built_with_its_slices(network, seed):
    """And step by step it gives what it gives at once, whatever is padded."""
    (configuration,) = SPACE.decode(SPACE.sample(1, seed))
    random = np.random.default_rng(seed)
    source = sentences(random, 3, 7, 30)
    before = torch.cat([torch.full((3, 1), END), sentences(random, 3, 5, 30)], dim=1)
    alone = network.extract(configuration)
    with torch.inference_mode():
        expected = alone(source, before)
        assert (network(configuration, source, before) - expected).abs().max() < 1e-5
        memories = alone.memories(*alone.encode(source))
        past = [None] * len(alone.decoder.layers)
        for number in range(before.shape[1]):
            logits, past = alone.step(before[:, number], number, past, memories)
            assert (logits - expected[:, number]).abs().max() < 1e-5


def test_sub_networks_are_the_first_rows_and_columns(network):
    (configuration,) = SPACE.decode(SPACE.extremes()[:1])
    small, whole = network.extract(configuration), network.state_dict()
    state = small.state_dict()
    layer = "decoder.layers.0."
    assert (state[layer + "fc1.weight"] == whole[layer + "fc1.weight"][:8, :12]).all()
    keys = whole[layer + "encoder_attn.in_proj_weight"][16:32, :12]
    assert (state[layer + "encoder_attn.k_proj.weight"] == keys).all()
    assert len(small.decoder.layers) == 1


def test_a_layer_is_torchs_own_encoder_layer(network):
    """Independent of our arithmetic: the largest network's layers are as wide as their queries."""
    (configuration,) = SPACE.decode(SPACE.extremes()[1:])
    ours = network.extract(configuration).encoder.layers[0]
    theirs = torch.nn.TransformerEncoderLayer(16, 4, 20, batch_first=True).eval()
    attention = ours.self_attn
    projections = [getattr(attention, f"{kind}_proj") for kind in "qkv"]
    theirs.load_state_dict(
        {
            "self_attn.in_proj_weight": torch.cat([p.weight for p in projections]),
            "self_attn.in_proj_bias": torch.cat([p.bias for p in projections]),
            "self_attn.out_proj.weight": attention.out_proj.weight,
            "self_attn.out_proj.bias": attention.out_proj.bias,
            "linear1.weight": ours.fc1.weight,
            "linear1.bias": ours.fc1.bias,
            "linear2.weight": ours.fc2.weight,
            "linear2.bias": ours.fc2.bias,
            "norm1.weight": ours.self_attn_layer_norm.weight,
            "norm1.bias": ours.self_attn_layer_norm.bias,
            "norm2.weight": ours.final_layer_norm.weight,
            "norm2.bias": ours.final_layer_norm.bias,
        }
    )
    x = torch.randn(2, 6, 16)
    with torch.no_grad():
        torch.testing.assert_close(ours(x)[0], theirs(x), atol=1e-5, rtol=1e-5)


def test_gradients_reach_the_slices_and_nothing_else(network):
    (configuration,) = SPACE.decode(SPACE.extremes()[:1])
    network.zero_grad()
    network(configuration, torch.tensor([[5, 6]]), torch.tensor([[END, 7]])).sum().backward()
    gradient = network.decoder.layers[0].fc1.weight.grad
    assert (gradient[:8, :12] != 0).any() and (gradient[8:] == 0).all()
    assert network.decoder.layers[1].fc1.weight.grad is None
    network.zero_grad()
