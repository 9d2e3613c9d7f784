import pytest
from helpers.text_folder import write_text

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


def test_a_folder_without_text_says_what_it_needs(folder):
    (folder / "test.de").unlink()
    with pytest.raises(ConfigError, match=r"neither test.en and test.de nor test.en-de.en.bin"):
        TranslationFolder(folder, "en", "de").text(None, 100)
    (folder / "test.de").write_text("")
    with pytest.raises(ConfigError, match=r"test.de is empty"):
        TranslationFolder(folder, "en", "de").text(None, 100)
    with pytest.raises(ConfigError, match=r"supernet.data: .*nowhere is no folder"):
        TranslationFolder(folder / "nowhere", "en", "de")
