"""A folder with dictionaries and parallel text, in one of three forms."""

import hashlib
import os
from functools import cache, cached_property
from pathlib import Path

from archfront.core.files import file_digest, read_lines
from archfront.core.registry import ConfigError
from archfront.tasks.parallel_text import ParallelText, checked, lines
from archfront.tasks.vocabulary import FairseqDictionary, SentencePiece, Vocabulary

SPLIT = "test"


@cache
def _has_other_separators(file: Path, digest: str) -> bool:
    """Whether plain text with this digest has a separator of lines that ends no sentence."""
    if file.suffix == ".bin":
        return False
    return any(line.splitlines() not in ([], [line]) for line in read_lines(file, "replace"))


class TranslationFolder:
    """A folder with parallel text in one of three forms (here for ``en`` to ``de``):

    - the output of ``fairseq-preprocess``: ``dict.en.txt``, ``dict.de.txt``, and ``test.en-de.en``
      and ``test.en-de.de``, each as ``.bin`` and ``.idx`` (needs fairseq);
    - plain text that is already tokenised (Moses) and split into subwords (``@@``): ``test.en``,
      ``test.de``, and the same dictionaries;
    - plain text without any processing: ``test.en``, ``test.de``, and a ``vocabulary.model`` of
      SentencePiece for both languages.
    """

    def __init__(self, path: Path, source: str, target: str):
        if not os.path.isdir(path):
            raise ConfigError(f"supernet.data: {path} is no folder")
        self.path, self.source, self.target = path, source, target

    @cached_property
    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        """The vocabularies of source and target."""
        model = self.path / "vocabulary.model"
        if model.is_file():
            return (SentencePiece(model),) * 2
        source, target = (self.path / f"dict.{n}.txt" for n in (self.source, self.target))
        return FairseqDictionary(source), FairseqDictionary(target)

    @property
    def sizes(self) -> tuple[int, int]:
        source, target = self.vocabularies
        return len(source), len(target)

    def _files(self) -> tuple[Path, Path]:
        """The files of the source and of the target side. ConfigError if the folder lacks them."""
        source, target, pair = self.source, self.target, f"{SPLIT}.{self.source}-{self.target}"
        binarised = self.path / f"{pair}.{source}.bin", self.path / f"{pair}.{target}.bin"
        plain = self.path / f"{SPLIT}.{source}", self.path / f"{SPLIT}.{target}"
        for files in (binarised, plain):
            if all(file.is_file() for file in files):
                return files
        raise ConfigError(
            f"supernet.data: {self.path} has neither {plain[0].name} and {plain[1].name} nor "
            f"{binarised[0].name} and {binarised[1].name}"
        )

    def digest(self) -> str:
        """Identity of the text and of its vocabularies."""
        dictionaries = [*sorted(self.path.glob("dict.*.txt")), self.path / "vocabulary.model"]
        text = self._files()
        files = [*text, *(file for file in dictionaries if file.is_file())]
        told = "".join(map(file_digest, files))
        # BLEU of such text was measured on the wrong pairs by 0.1.0, and must not be found.
        if any(_has_other_separators(file, file_digest(file)) for file in text):
            told += "lines end with LF, CRLF, CR"
        return hashlib.sha256(told.encode()).hexdigest()

    def text(self, count: int | None, positions: int) -> ParallelText:
        """The first ``count`` pairs of sentences, or all if None.

        Raises ConfigError if a binarised token is not in the dictionary, the sides differ in their
        number of sentences, or a source sentence is empty or has more than ``positions`` tokens.
        """
        files, (words, others) = self._files(), self.vocabularies
        if files[0].suffix == ".bin":
            from archfront.tasks.fairseq_data import sentences

            tokens, references = (sentences(file.with_suffix("")) for file in files)
            target = [others.decode(one) for one in references]
            largest = max(map(max, tokens))
            if largest >= len(words):
                raise ConfigError(
                    f"{files[0]} has the token {largest}, its dictionary {len(words)} words"
                )
        else:
            source, target = map(lines, files)
            tokens = [words.encode(sentence) for sentence in source]
            if isinstance(others, FairseqDictionary):
                target = [others.decode(others.encode(sentence)) for sentence in target]
        checked(tokens, target, files, positions)
        language = self.target if isinstance(others, FairseqDictionary) else None
        return ParallelText(tokens[:count], target[:count], others, language)
