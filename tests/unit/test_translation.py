"""Beam search, BLEU, vocabularies, parallel text, and what a folder of HAT's may hold."""

import argparse

import numpy as np
import pytest
import torch

from archfront.core.registry import ConfigError
from archfront.evaluation.bleu import bleu, parted
from archfront.supernets.transformer.beam_search import translated
from archfront.supernets.transformer.elastic_transformer import ElasticTransformer
from archfront.supernets.transformer.hat import IWSLT14DeEn, WMT14EnDe
from archfront.supernets.transformer.transformer import Geometry, search_space
from archfront.tasks import phrases
from archfront.tasks.parallel_text import ParallelText, checked
from archfront.tasks.translation_folder import TranslationFolder
from archfront.tasks.vocabulary import (
    END,
    PAD,
    UNKNOWN,
    FairseqDictionary,
    SentencePiece,
    padded,
    train_sentencepiece,
)

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


def test_bleu_by_hand():
    """Two sentences of 4 and 6 words: precisions 9/10, 7/8, 5/6, 3/4, no brevity penalty."""
    hypotheses = ["a b c d", "e f g h i k"]
    score, spread, signature = bleu(hypotheses, ["a b c d", "e f g h i j"], "compound")
    assert score == pytest.approx(100 * (9 / 10 * 7 / 8 * 5 / 6 * 3 / 4) ** 0.25)
    assert spread > 0 and signature.startswith("compound, nrefs:1") and "tok:none" in signature
    assert bleu(["a b c d"], ["a b c d"], "compound")[0] == pytest.approx(100)
    assert bleu(["a b x d"], ["a b c d"], "compound")[0] == 0  # no smoothing: no 3-gram is right
    assert bleu(["The cat sat here."], ["The cat sat here ."], "sacrebleu")[0] == pytest.approx(100)


def test_corpus_bleu_is_not_the_mean_of_sentences():
    hypotheses = ["a b c d e", "v w x y z"]
    references = ["a b c d e", "v w x q z"]
    corpus = bleu(hypotheses, references, "sacrebleu")[0]
    each = [bleu([h], [r], "sacrebleu")[0] for h, r in zip(hypotheses, references, strict=True)]
    assert abs(corpus - np.mean(each)) > 1


def test_compounds_are_parted_at_their_hyphens():
    assert parted("state-of-the art - x-") == ("state ##AT##-##AT## of ##AT##-##AT## the art - x-")


DICTIONARY = "hel@@ 9\nlo 8\nworld 7\n, 6\n"


def test_a_dictionary_of_fairseq_joins_subwords(tmp_path):
    path = tmp_path / "dict.en.txt"
    path.write_text(DICTIONARY)
    words = FairseqDictionary(path)
    assert len(words) == 8
    assert words.encode("hel@@ lo , moon") == [4, 5, 7, UNKNOWN, END]
    assert words.decode([4, 5, 7, 6, END]) == "hello , world"
    path.write_text("hello\n")
    with pytest.raises(ConfigError, match=r"dict.en.txt, line 1: 'hello' is not a token and a cou"):
        FairseqDictionary(path)


def test_a_vocabulary_of_sentencepiece_gives_sentences_back(tmp_path):
    english, german = phrases.sentences("train", 500)
    train_sentencepiece(english + german, 200, tmp_path / "vocabulary.model")
    words = SentencePiece(tmp_path / "vocabulary.model")
    assert len(words) == 200
    assert [words.decode(words.encode(one)) for one in german] == german
    (tmp_path / "other.model").write_bytes(b"no model")
    with pytest.raises(ConfigError, match="is no model of SentencePiece"):
        SentencePiece(tmp_path / "other.model")


def test_phrases_are_prefix_stable_and_differ_between_splits():
    english, german = phrases.sentences("train", 700)
    assert phrases.sentences("train", 650) == (english[:650], german[:650])
    assert phrases.sentences("validation", 100)[0] != english[:100]
    assert len(set(english)) > 600 and all(english) and all(german)


def test_moses_tokens_are_joined_for_sacrebleu_only(tmp_path):
    (tmp_path / "dict.txt").write_text("Hello 3\n, 2\nworld 2\n! 2\n")
    words = FairseqDictionary(tmp_path / "dict.txt")
    text = ParallelText([[4, END]], ["Hello , world !"], words, "en")
    assert text.references("sacrebleu") == ["Hello, world!"]
    assert text.references("compound") == ["Hello , world !"]
    assert text.written([4, 5, 6, 7], "sacrebleu") == "Hello, world!"


def test_pairs_that_are_none_and_sentences_that_are_too_long_are_refused(tmp_path):
    places = tmp_path / "test.en", tmp_path / "test.de"
    with pytest.raises(ConfigError, match=r"test.en has 2 sentences and .*test.de has 1; line by"):
        checked([[4, END], [4, END]], ["a"], places, 10)
    with pytest.raises(ConfigError, match="sentence 2: 11 tokens, the super-network has positions"):
        checked([[4, END], [4] * 10 + [END]], ["a", "b"], places, 10)
    with pytest.raises(ConfigError, match="sentence 1 is empty"):
        checked([[END]], ["a"], places, 10)


@pytest.fixture
def folder(tmp_path):
    for language in ("en", "de"):
        (tmp_path / f"dict.{language}.txt").write_text(DICTIONARY)
    (tmp_path / "test.en").write_text("hel@@ lo , world\nworld\n")
    (tmp_path / "test.de").write_text("hel@@ lo , world\nhel@@ lo\n")
    return tmp_path


def test_plain_text_is_read_with_its_dictionaries(folder):
    text = TranslationFolder(folder, "en", "de").text(None, 100)
    assert text.source == [[4, 5, 7, 6, END], [6, END]]
    assert text.target == ["hello , world", "hello"] and text.language == "de"
    before = TranslationFolder(folder, "en", "de").digest()
    (folder / "test.de").write_text("hel@@ lo\nhel@@ lo\n")
    assert TranslationFolder(folder, "en", "de").digest() != before


def test_a_folder_without_text_says_what_it_needs(folder):
    (folder / "test.de").unlink()
    with pytest.raises(ConfigError, match=r"neither test.en and test.de nor test.en-de.en.bin"):
        TranslationFolder(folder, "en", "de").text(None, 100)
    (folder / "test.de").write_text("")
    with pytest.raises(ConfigError, match=r"test.de is empty"):
        TranslationFolder(folder, "en", "de").text(None, 100)
    with pytest.raises(ConfigError, match=r"supernet.data: .*nowhere is no folder"):
        TranslationFolder(folder / "nowhere", "en", "de")


def test_published_weights_are_loaded_as_fairseq_saved_them(folder):
    """With the marks and the command line that stand beside them; and a wrong one is refused."""
    torch.manual_seed(0)
    saved = ElasticTransformer(WMT14EnDe(str(folder)).geometry).state_dict()
    marks = {
        f"{side}.{name}": torch.ones(1)
        for side in ("encoder", "decoder")
        for name in ("version", "embed_positions._float_tensor")
    }
    path = folder / "HAT_wmt14ende_super_space0.pt"
    state = {"model": saved | marks, "args": argparse.Namespace(arch="transformersuper")}
    torch.save(state, path)
    loaded = WMT14EnDe(str(folder), str(path)).network().state_dict()
    assert all((loaded[name] == tensor).all() for name, tensor in saved.items())
    with open(folder / "dict.en.txt", "a") as more, open(folder / "dict.de.txt", "a") as others:
        for file in (more, others):
            file.write("more 1\n")
    with pytest.raises(
        ConfigError, match=r"does not fit .*2 of another shape: .*embed_tokens.weight"
    ):
        WMT14EnDe(str(folder), str(path)).network()


def test_one_vocabulary_for_both_languages_has_one_size(folder):
    (folder / "dict.de.txt").write_text(DICTIONARY + "mehr 1\n")
    with pytest.raises(ConfigError, match="has dictionaries of 8 and 9 words"):
        WMT14EnDe(str(folder))
    apart = IWSLT14DeEn(str(folder))
    assert (apart.geometry.source_words, apart.geometry.target_words) == (9, 8)
    with pytest.raises(
        ConfigError, match=r"supernet\.checkpoint: hat_iwslt14_deen needs it for bleu"
    ):
        apart.context("bleu", {"scorer": "sacrebleu", "beam": 4, "length_penalty": 0.6,
                               "validation_device": "cpu"})  # fmt: skip


def test_padding_stands_behind_the_ends():
    assert padded([[5, 2], [2]]).tolist() == [[5, 2], [2, PAD]]
