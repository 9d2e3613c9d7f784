import pytest
from helpers.text_folder import DICTIONARY

from archfront.core.registry import ConfigError
from archfront.tasks import phrases
from archfront.tasks.vocabulary import (
    END,
    PAD,
    UNKNOWN,
    FairseqDictionary,
    SentencePiece,
    padded,
    train_sentencepiece,
)


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


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e"])
def test_a_token_may_hold_a_separator_of_unicode(tmp_path, separator):
    path = tmp_path / "dict.en.txt"
    path.write_bytes(f"one 5\n{separator} 4\nx{separator}y 3\r\ntwo 2\n".encode())
    words = FairseqDictionary(path)
    assert words.encode("one two") == [4, 7, END]
    assert words.decode([4, 6, 7]) == f"one x{separator}y two"


def test_a_vocabulary_of_sentencepiece_gives_sentences_back(tmp_path):
    english, german = phrases.sentences("train", 500)
    train_sentencepiece(english + german, 200, tmp_path / "vocabulary.model")
    words = SentencePiece(tmp_path / "vocabulary.model")
    assert len(words) == 200
    assert [words.decode(words.encode(one)) for one in german] == german
    (tmp_path / "other.model").write_bytes(b"no model")
    with pytest.raises(ConfigError, match="is no model of SentencePiece"):
        SentencePiece(tmp_path / "other.model")


def test_padding_stands_behind_the_ends():
    assert padded([[5, 2], [2]]).tolist() == [[5, 2], [2, PAD]]
