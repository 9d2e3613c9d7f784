"""Beam search and BLEU against fairseq's own; slow, since `make test-slow` installs fairseq."""

from dataclasses import replace
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from archfront.evaluation.bleu import bleu, parted
from archfront.supernets.transformer.beam_search import translated
from archfront.supernets.transformer.elastic_transformer import ElasticTransformer
from archfront.supernets.transformer.transformer import Geometry, search_space
from archfront.tasks.fairseq_data import import_fairseq
from archfront.tasks.vocabulary import END, PAD, UNKNOWN, padded

pytestmark = [
    pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated"),
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("fairseq") is None,
        reason="fairseq is not installed: make fairseq (needs a C++ compiler)",
    ),
]
WORDS = 14
GEOMETRY = Geometry((12, 16), (8, 20), (2, 4), 16, WORDS, WORDS, True, 3, (1, 2, 3))


class Encoder(nn.Module):
    """What fairseq's generator asks an encoder for: here the sentences themselves."""

    def forward_torchscript(self, net_input):
        return net_input["src_tokens"]

    def reorder_encoder_out(self, source, order):
        return source[order]


class Decoder(nn.Module):
    """All steps anew, without a memory of those before."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, tokens, encoder_out):
        return self.model(encoder_out, tokens), None


class Adapted(nn.Module):
    """Our network, as fairseq's generator wants one."""

    def __init__(self, model, positions):
        super().__init__()
        self.encoder, self.decoder, self.positions = Encoder(), Decoder(model), positions

    def max_decoder_positions(self):
        return self.positions

    def get_normalized_probs(self, output, log_probs, sample):
        assert log_probs
        return torch.log_softmax(output[0], dim=-1)


class Words:
    """What the generator asks a dictionary for."""

    def __len__(self):
        return WORDS

    def pad(self):
        return PAD

    def unk(self):
        return UNKNOWN

    def eos(self):
        return END


def network(seed, positions):
    """A sub-network whose hypotheses differ, since its chances are far from uniform."""
    geometry = replace(GEOMETRY, positions=positions)
    torch.manual_seed(seed)
    made = ElasticTransformer(geometry)
    (configuration,) = search_space(geometry).decode(search_space(geometry).sample(1, seed))
    with torch.no_grad():
        made.decoder.embed_tokens.weight.mul_(4)
    return made.extract(configuration)


def theirs(model, positions, sentences, beam, penalty):
    import_fairseq()
    from fairseq.sequence_generator import SequenceGenerator

    adapted = Adapted(model, positions)
    generator = SequenceGenerator([adapted], Words(), beam_size=beam, len_penalty=penalty)
    for sentence in sentences:  # alone, for its padding stands on the left
        source, lengths = torch.from_numpy(padded([sentence])), torch.tensor([len(sentence)])
        sample = {"net_input": {"src_tokens": source, "src_lengths": lengths}}
        yield generator.generate([], sample)[0][0]["tokens"].tolist()


def random_sentences(seed, count):
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 9, count)
    return [[*random.integers(4, WORDS, length).tolist(), END] for length in lengths]


@pytest.mark.parametrize(("beam", "penalty"), [(1, 0.6), (4, 0.6), (5, 1.0), (3, 0.0)])
def test_translations_are_those_of_its_generator(beam, penalty):
    different = set()
    for seed in range(5):
        model, sentences = network(seed, 12), random_sentences(seed, 40)
        found = translated(model, sentences, beam, penalty)
        assert [[*one, END] for one in found] == list(theirs(model, 12, sentences, beam, penalty))
        different.update(map(tuple, found))
    assert len(different) >= 15


def test_translations_that_do_not_end_are_ended_where_its_are():
    model, sentences = network(0, 1024), random_sentences(0, 2)
    with torch.no_grad():  # the end is never the likeliest
        model.decoder.embed_tokens.weight[END] = 0
    found = translated(model, sentences, 1, 0.6)
    assert [[*one, END] for one in found] == list(theirs(model, 1024, sentences, 1, 0.6))
    assert {len(one) for one in found} == {200}


def test_compound_bleu_is_that_of_its_score():
    import_fairseq()
    from fairseq.data import Dictionary
    from fairseq.scoring.bleu import Scorer

    random = np.random.default_rng(0)
    words = ["the", "well-known", "house", "is", "half-timbered", "old", "and", "red", "-", "."]
    references = [list(random.choice(words, random.integers(5, 25))) for _ in range(200)]
    hypotheses = [
        [word if random.random() < 0.8 else str(random.choice(words)) for word in sentence]
        for sentence in references
    ]
    hypotheses = [sentence[: random.integers(4, 26)] for sentence in hypotheses]
    dictionary = Dictionary()
    scorer = Scorer(
        SimpleNamespace(pad=dictionary.pad(), eos=dictionary.eos(), unk=dictionary.unk())
    )
    written = [[" ".join(one) for one in side] for side in (hypotheses, references)]
    for hypothesis, reference in zip(*written, strict=True):
        scorer.add(
            *(dictionary.encode_line(parted(side)).int() for side in (reference, hypothesis))
        )
    assert bleu(*written, "compound")[0] == pytest.approx(scorer.score(), abs=1e-4)
    assert 20 < scorer.score() < 80
