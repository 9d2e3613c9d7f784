"""Vocabularies: conversion of sentences to tokens and back. The first four tokens are fairseq's."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from archfront.core.files import read_lines
from archfront.core.registry import ConfigError

BEGIN, PAD, END, UNKNOWN = range(4)


class Vocabulary(ABC):
    """The tokens of a language, numbered from 0."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def encode(self, sentence: str) -> list[int]:
        """The tokens of a sentence, followed by :data:`END`."""

    @abstractmethod
    def decode(self, tokens: Sequence[int]) -> str:
        """The sentence in the form of its data set. :data:`BEGIN`, :data:`PAD` and :data:`END` are
        left out."""


class SentencePiece(Vocabulary):
    """A model of SentencePiece. Its control tokens must be numbered :data:`BEGIN`, :data:`PAD`,
    :data:`END` and :data:`UNKNOWN`; ConfigError otherwise."""

    def __init__(self, path: Path):
        from sentencepiece import SentencePieceProcessor

        try:
            self._model = SentencePieceProcessor(model_file=str(path))
        except (OSError, RuntimeError) as error:
            raise ConfigError(f"{path} is no model of SentencePiece: {error}") from error
        m = self._model
        found = (m.bos_id(), m.pad_id(), m.eos_id(), m.unk_id())
        if found != (BEGIN, PAD, END, UNKNOWN):
            raise ConfigError(
                f"{path}: bos, pad, eos, unk are numbered {found}; it must have been trained with "
                "--bos_id=0 --pad_id=1 --eos_id=2 --unk_id=3"
            )

    def __len__(self) -> int:
        return len(self._model)

    def encode(self, sentence: str) -> list[int]:
        return [*self._model.encode(sentence), END]

    def decode(self, tokens: Sequence[int]) -> str:
        return self._model.decode([int(token) for token in tokens if token > END])


OVERWRITE = "#fairseq:overwrite"
"""Flag of a line of a dictionary whose token may be there already."""


class FairseqDictionary(Vocabulary):
    """A ``dict.<language>.txt`` of fairseq: a token and a count in each line.

    The tokens have the numbers that ``Dictionary.add_from_file`` of fairseq 0.12.2 gives them. The
    count may be negative, and blanks at the end of a line do not count. A token that is there
    already needs the flag :data:`OVERWRITE` behind its count: the token then has the new number.
    A byte order mark is a part of the first token. ConfigError, with the line, for what fairseq
    refuses: a line without a token and a count (a blank one too), and a token that is there
    already.

    Sentences are already split into subwords in the form of subword-nmt (``@@`` where a word goes
    on). :meth:`decode` joins the subwords to words.
    """

    def __init__(self, path: Path):
        self._tokens = ["<s>", "<pad>", "</s>", "<unk>"]
        self._numbers = {token: number for number, token in enumerate(self._tokens)}
        try:
            lines = read_lines(path)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path} cannot be read as a dictionary: {error}") from error
        for number, line in enumerate(lines, 1):
            token, space, count = line.rstrip().rpartition(" ")
            if overwrite := count == OVERWRITE:
                token, space, count = token.rpartition(" ")
            if not space or not _is_whole(count):
                raise ConfigError(f"{path}, line {number}: {line!r} is not a token and a count")
            if token in self._numbers and not overwrite:
                raise ConfigError(
                    f"{path}, line {number}: the token {token!r} is there already; with "
                    f"{OVERWRITE} behind the count, the later one is taken"
                )
            self._numbers[token] = len(self._tokens)
            self._tokens.append(token)

    def __len__(self) -> int:
        return len(self._tokens)

    def encode(self, sentence: str) -> list[int]:
        return [*(self._numbers.get(token, UNKNOWN) for token in sentence.split()), END]

    def decode(self, tokens: Sequence[int]) -> str:
        words = " ".join(self._tokens[token] for token in tokens if token > END)
        return (words + " ").replace("@@ ", "").rstrip()


def _is_whole(count: str) -> bool:
    try:
        int(count)
    except ValueError:
        return False
    return True


def padded(sentences: Sequence[Sequence[int]]) -> np.ndarray:
    """The sentences as one array: int64 ``n x longest``, with :data:`PAD` after the end of a
    shorter sentence."""
    rows = np.full((len(sentences), max(map(len, sentences))), PAD, np.int64)
    for row, sentence in zip(rows, sentences, strict=True):
        row[: len(sentence)] = sentence
    return rows


def train_sentencepiece(sentences: Sequence[str], pieces: int, path: Path) -> None:
    """Train a byte-pair vocabulary of ``pieces`` pieces and write it to ``path``."""
    from sentencepiece import SentencePieceTrainer

    with open(path, "wb") as file:
        SentencePieceTrainer.train(
            sentence_iterator=iter(sentences),
            model_writer=file,
            vocab_size=pieces,
            model_type="bpe",
            character_coverage=1.0,
            bos_id=BEGIN,
            pad_id=PAD,
            eos_id=END,
            unk_id=UNKNOWN,
            normalization_rule_name="identity",
            num_threads=1,
            minloglevel=2,
        )
