"""Print line and branch coverage per room of the library, from a JSON report of coverage.py.

A room is a folder of ``workflow/archfront/``. The modules beside the folders are one row.
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

NO_ROOM = "(no room)"
KINDS = {
    "lines": ("num_statements", "covered_lines"),
    "branches": ("num_branches", "covered_branches"),
}
"""The names in a summary of how many there are, and of how many ran."""


def room(path: str) -> str:
    """The folder below ``archfront`` that holds the module."""
    folder, found, _ = path.rpartition("archfront/")[2].partition("/")
    return folder if found else NO_ROOM


def table(report: Mapping) -> list[str]:
    """The lines of the table: one per room, by name, and the total."""
    rooms: dict[str, Counter] = {}
    for path, file in report["files"].items():
        count = rooms.setdefault(room(path), Counter())
        count.update({name: file["summary"][name] for names in KINDS.values() for name in names})
    heading = f"{'room':14}" + "".join(f"{kind:>10}{'covered':>10}" for kind in KINDS)
    rows = [*sorted(rooms.items()), ("total", report["totals"])]
    return [heading, *(f"{name:14}{cells(count)}" for name, count in rows)]


def cells(count: Mapping[str, int]) -> str:
    """How many lines and branches there are, and the share of each that ran."""
    found = ""
    for there, ran in KINDS.values():
        share = f"{count[ran] / count[there]:.1%}" if count[there] else "-"
        found += f"{count[there]:10}{share:>10}"
    return found


if __name__ == "__main__":
    print(*table(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), sep="\n")
