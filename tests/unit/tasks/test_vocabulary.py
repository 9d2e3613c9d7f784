import pytest
from helpers.text_folder import DICTIONARY
from hypothesis import given
from hypothesis import strategies as st

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


def dictionary(folder, content):
    path = folder / "dict.en.txt"
    path.write_bytes(content.encode())
    return FairseqDictionary(path)


SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]


@pytest.mark.parametrize(
    ("content", "tokens"),
    [
        ("one 5\ntwo 3", ["one", "two"]),
        ("▁one -0\n▁two -1\n+ +5\n", ["▁one", "▁two", "+"]),
        ("one 5 \t \ntwo 3\u2028\n", ["one", "two"]),
        ("one 5\r\ntwo 3\r", ["one", "two"]),
        ("\ufeffone 5\none 3\n", ["\ufeffone", "one"]),
        ("one 5\n<unk> 4 #fairseq:overwrite\ntwo 3\n", ["one", "<unk>", "two"]),
        ("one 5\none 2 #fairseq:overwrite \n", ["one", "one"]),
        ("new york 5\n\u00a0 3\n", ["new york", "\u00a0"]),
        ("#fairseq:overwrite 5\n", ["#fairseq:overwrite"]),
        ("one 5\nmadeupword0000 0\n", ["one", "madeupword0000"]),
        ("", []),
    ],
)
def test_a_dictionary_has_the_tokens_that_fairseq_reads(tmp_path, content, tokens):
    words = dictionary(tmp_path, content)
    assert len(words) == 4 + len(tokens)
    assert [words.decode([number]) for number in range(4, len(words))] == [
        token.rstrip() for token in tokens
    ]
    later = {token: number for number, token in enumerate([*SPECIAL, *tokens])}
    for token, number in later.items():
        if token.split() == [token]:
            assert words.encode(token) == [number, END]
    assert words.encode("none")[0] == UNKNOWN


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("one 5\ntwo 3\n\n", "line 3: '' is not a token and a count"),
        ("one 5\n\ntwo 3\n", "line 2: '' is not a token and a count"),
        ("one\t5\n", r"line 1: 'one\\t5' is not a token and a count"),
        ("one 5.5\n", "line 1: 'one 5.5' is not a token and a count"),
        ("5\n", "line 1: '5' is not a token and a count"),
        ("one #fairseq:overwrite\n", "line 1: 'one #fairseq:overwrite' is not a token and a cou"),
        ("one 5\ntwo 3\none 2\n", "line 3: the token 'one' is there already; with #fairseq:overw"),
        ("one 5\n</s> 5\n", "line 2: the token '</s>' is there already"),
    ],
)
def test_a_dictionary_that_fairseq_refuses_is_refused(tmp_path, content, message):
    with pytest.raises(ConfigError, match=f"dict.en.txt, {message}"):
        dictionary(tmp_path, content)


WORD = st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1)
TOKEN = WORD.filter(lambda token: token not in SPECIAL)


@given(st.dictionaries(TOKEN, st.integers(), max_size=8), st.sampled_from(["\n", "\r\n", " \n"]))
def test_every_token_has_the_number_of_its_line(tmp_path_factory, counts, end):
    content = "".join(f"{token} {count}{end}" for token, count in counts.items())
    words = dictionary(tmp_path_factory.getbasetemp(), content)
    assert words.encode(" ".join(counts)) == [*range(4, 4 + len(counts)), END]


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
