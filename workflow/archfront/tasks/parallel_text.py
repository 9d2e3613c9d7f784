"""Parallel text: the tokens of source sentences, and their reference translations."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from archfront.core.files import read_lines
from archfront.core.registry import ConfigError
from archfront.tasks.vocabulary import Vocabulary

if TYPE_CHECKING:
    from sacremoses import MosesDetokenizer


@dataclass(frozen=True)
class ParallelText:
    """Source sentences and their reference translations.

    source:     tokens of each source sentence.
    target:     reference translations, in the form of their data set.
    vocabulary: vocabulary of the target language.
    language:   target language, if Moses' rules have separated the words of the translations from
                their punctuation; None if the translations are plain text.
    """

    source: list[list[int]]
    target: list[str]
    vocabulary: Vocabulary
    language: str | None = None

    def written(self, tokens: Sequence[int], scorer: str) -> str:
        """The text of a translation in the form that the scorer takes."""
        return self._for(self.vocabulary.decode(tokens), scorer)

    def references(self, scorer: str) -> list[str]:
        """The reference translations in the form that the scorer takes."""
        return [self._for(sentence, scorer) for sentence in self.target]

    def _for(self, sentence: str, scorer: str) -> str:
        if self.language is None or scorer != "sacrebleu":
            return sentence
        return detokeniser(self.language).detokenize(sentence.split())


@cache
def detokeniser(language: str) -> "MosesDetokenizer":
    """Moses' detokeniser for a language."""
    from sacremoses import MosesDetokenizer

    return MosesDetokenizer(lang=language)


def lines(path: Path) -> list[str]:
    """The sentences of a text file, one per line. ConfigError if the file is empty or cannot be
    read."""
    try:
        found = read_lines(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as text: {error}") from error
    if not found:
        raise ConfigError(f"{path} is empty")
    return found


def checked(
    source: list[list[int]], target: list[str], places: tuple[Path, Path], positions: int
) -> None:
    """Raise ConfigError if the two sides differ in their number of sentences, or if a source
    sentence is empty or has more than ``positions`` tokens. ``places`` are the two files."""
    if len(source) != len(target):
        raise ConfigError(
            f"{places[0]} has {len(source)} sentences and {places[1]} has {len(target)}; line by "
            "line they must be translations of each other"
        )
    for number, sentence in enumerate(source, 1):
        if len(sentence) > positions:
            raise ConfigError(
                f"{places[0]}, sentence {number}: {len(sentence)} tokens, the super-network has "
                f"positions for {positions}"
            )
        if len(sentence) < 2:
            raise ConfigError(f"{places[0]}, sentence {number} is empty")
