import numpy as np
import pytest
import torch

from archfront.supernets.transformer.beam_search import translated
from archfront.supernets.transformer.elastic_transformer import ElasticTransformer
from archfront.supernets.transformer.transformer import Geometry, search_space
from archfront.tasks.vocabulary import END, PAD

GEOMETRY = Geometry((12, 16), (8, 20), (2, 4), 16, 14, 14, True, 3, (1, 2, 3), positions=12)


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(3)
    network = ElasticTransformer(GEOMETRY)
    (configuration,) = search_space(GEOMETRY).decode(search_space(GEOMETRY).sample(1, 5))
    with torch.no_grad():  # far from uniform, so that hypotheses differ
        network.decoder.embed_tokens.weight.mul_(4)
    return network.extract(configuration)


@torch.inference_mode()
def plainly(model, sentence, beam, penalty, longest):
    """One sentence by the rules, every hypothesis computed anew: tokens."""
    source, going, ended = torch.tensor([sentence]), [(0.0, [])], []
    for number in range(longest):
        candidates = []
        for score, tokens in going:
            chances = torch.log_softmax(model(source, torch.tensor([[END, *tokens]]))[0, -1], -1)
            for token, chance in enumerate(chances.tolist()):
                last = number == longest - 1
                if token == PAD or (token == END and number == 0) or (last and token != END):
                    continue
                candidates.append((score + chance, [*tokens, token]))
        candidates.sort(key=lambda candidate: -candidate[0])
        for score, tokens in candidates[:beam]:
            if tokens[-1] == END:
                ended.append((score / len(tokens) ** penalty, tokens[:-1]))
        going = [one for one in candidates[: 2 * beam] if one[1][-1] != END][:beam]
        if len(ended) >= beam:
            break
    return max(ended, key=lambda one: one[0])[1]


@pytest.mark.parametrize(("beam", "penalty"), [(1, 0.6), (4, 0.6), (5, 1.0), (3, 0.0)])
def test_a_batch_is_translated_as_each_sentence_by_the_rules(model, beam, penalty):
    random = np.random.default_rng(beam)
    sentences = [[*random.integers(4, 14, random.integers(1, 9)).tolist(), END] for _ in range(20)]
    found = translated(model, sentences, beam, penalty)
    assert found == [plainly(model, one, beam, penalty, 12) for one in sentences]
    assert len({tuple(tokens) for tokens in found}) >= 3
