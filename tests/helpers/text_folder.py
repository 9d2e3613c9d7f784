"""A folder of parallel text with its dictionaries."""

DICTIONARY = "hel@@ 9\nlo 8\nworld 7\n, 6\n"


def write_text(folder):
    for language in ("en", "de"):
        (folder / f"dict.{language}.txt").write_text(DICTIONARY)
    (folder / "test.en").write_text("hel@@ lo , world\nworld\n")
    (folder / "test.de").write_text("hel@@ lo , world\nhel@@ lo\n")
    return folder
