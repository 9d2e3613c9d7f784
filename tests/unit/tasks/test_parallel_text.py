import pytest

from archfront.core.registry import ConfigError
from archfront.tasks.parallel_text import ParallelText, checked
from archfront.tasks.vocabulary import END, FairseqDictionary


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
    checked([[4] * 9 + [END]], ["a"], places, 10)  # no error: as many tokens as positions
    with pytest.raises(ConfigError, match="sentence 2: 11 tokens, the super-network has positions"):
        checked([[4, END], [4] * 10 + [END]], ["a", "b"], places, 10)
    with pytest.raises(ConfigError, match="sentence 1 is empty"):
        checked([[END]], ["a"], places, 10)
