"""Tables of archfront have one reader, which knows the types of their columns."""

from helpers.runs import ROOT

FOREIGN = {
    "workflow/archfront/rehearsal/replay.py",
    "workflow/archfront/rehearsal/table.py",
    "workflow/archfront/tasks/published.py",
}
"""Modules that read tables of other programs."""


def test_only_the_reader_of_tables_reads_csv():
    files = [*(ROOT / "workflow").rglob("*.py"), *(ROOT / "workflow").rglob("*.smk")]
    reading = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if "read_csv" in path.read_text(encoding="utf-8")
    }
    assert reading == FOREIGN | {"workflow/archfront/core/files.py"}
