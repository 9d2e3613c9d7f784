import hashlib

import pytest
from helpers.text_folder import write_text

from archfront.core.files import file_digest
from archfront.core.registry import ConfigError
from archfront.tasks.translation_folder import TranslationFolder
from archfront.tasks.vocabulary import END


@pytest.fixture
def folder(tmp_path):
    return write_text(tmp_path)


def test_plain_text_is_read_with_its_dictionaries(folder):
    text = TranslationFolder(folder, "en", "de").text(None, 100)
    assert text.source == [[4, 5, 7, 6, END], [6, END]]
    assert text.target == ["hello , world", "hello"] and text.language == "de"
    before = TranslationFolder(folder, "en", "de").digest()
    (folder / "test.de").write_text("hel@@ lo\nhel@@ lo\n")
    assert TranslationFolder(folder, "en", "de").digest() != before


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1e"])
def test_separators_of_unicode_end_no_sentence(folder, separator):
    """One in each side, in other sentences: the sides had as many lines, and the wrong pairs."""
    (folder / "test.en").write_bytes(f"hel@@ lo{separator} ,\nworld\n".encode())
    (folder / "test.de").write_bytes(f"hel@@ lo ,\nworld {separator}lo\n".encode())
    text = TranslationFolder(folder, "en", "de").text(None, 100)
    assert text.source == [[4, 5, 7, END], [6, END]]
    assert text.target == ["hello ,", "world lo"]


@pytest.mark.parametrize(("separator", "known"), [("\u2028", False), (" ", True), ("\r\n", True)])
def test_values_on_wrong_pairs_are_not_found_and_others_are(folder, separator, known):
    """The keys of 0.1.0 had the digest of the files alone."""
    for name in ("test.en", "test.de"):
        (folder / name).write_bytes(f"hel@@ lo{separator}world\n".encode())
    names = ("test.en", "test.de", "dict.de.txt", "dict.en.txt")
    files = "".join(file_digest(folder / name) for name in names)
    before = hashlib.sha256(files.encode()).hexdigest()
    assert (TranslationFolder(folder, "en", "de").digest() == before) == known


def test_a_folder_without_text_says_what_it_needs(folder):
    (folder / "test.de").unlink()
    with pytest.raises(ConfigError, match=r"neither test.en and test.de nor test.en-de.en.bin"):
        TranslationFolder(folder, "en", "de").text(None, 100)
    (folder / "test.de").write_text("")
    with pytest.raises(ConfigError, match=r"test.de is empty"):
        TranslationFolder(folder, "en", "de").text(None, 100)
    with pytest.raises(ConfigError, match=r"supernet.data: .*nowhere is no folder"):
        TranslationFolder(folder / "nowhere", "en", "de")
