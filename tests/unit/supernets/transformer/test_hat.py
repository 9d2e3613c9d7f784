import argparse

import pytest
import torch
from helpers.text_folder import DICTIONARY, write_text

from archfront.core.registry import ConfigError
from archfront.supernets.transformer.elastic_transformer import ElasticTransformer
from archfront.supernets.transformer.hat import IWSLT14DeEn, WMT14EnDe

SETTINGS = {"scorer": "sacrebleu", "beam": 4, "length_penalty": 0.6, "validation_device": "cpu"}


@pytest.fixture
def folder(tmp_path):
    return write_text(tmp_path)


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
    with (
        open(folder / "dict.en.txt", "a", encoding="utf-8") as more,
        open(folder / "dict.de.txt", "a", encoding="utf-8") as others,
    ):
        for file in (more, others):
            file.write("more 1\n")
    with pytest.raises(
        ConfigError, match=r"does not fit .*2 of another shape: .*embed_tokens.weight"
    ):
        WMT14EnDe(str(folder), str(path)).network()


def test_costs_need_no_files_where_the_size_of_the_vocabulary_is_published():
    bare = WMT14EnDe()
    assert (bare.geometry.source_words, bare.geometry.target_words) == (32768, 32768)
    assert bare.digest() == "hat_wmt14_ende, untrained, (32768, 32768) words"
    assert bare.context("latency", {}) == {"tokens": 30, "beam": 5}
    with pytest.raises(ConfigError, match=r"supernet\.data: hat_iwslt14_deen needs it; its dict"):
        IWSLT14DeEn()


def test_bleu_needs_the_text(tmp_path):
    (tmp_path / "weights").write_text("")
    with pytest.raises(ConfigError, match=r"supernet\.data: hat_wmt14_ende needs it for bleu"):
        WMT14EnDe(checkpoint=str(tmp_path / "weights")).context("bleu", SETTINGS)


def test_one_vocabulary_for_both_languages_has_one_size(folder):
    (folder / "dict.de.txt").write_text(DICTIONARY + "mehr 1\n")
    with pytest.raises(ConfigError, match="has dictionaries of 8 and 9 words"):
        WMT14EnDe(str(folder))
    apart = IWSLT14DeEn(str(folder))
    assert (apart.geometry.source_words, apart.geometry.target_words) == (9, 8)
    with pytest.raises(
        ConfigError, match=r"supernet\.checkpoint: hat_iwslt14_deen needs it for bleu"
    ):
        apart.context("bleu", SETTINGS)
