"""The table of `make coverage`, and the settings of coverage.py."""

import json
import os
import subprocess
import sys

from helpers.coverage_by_room import table
from helpers.runs import ROOT


def summary(lines, ran, branches, taken):
    return {
        "summary": {
            "num_statements": lines,
            "covered_lines": ran,
            "num_branches": branches,
            "covered_branches": taken,
        }
    }


def test_the_table_by_hand():
    files = {
        "workflow/archfront/tasks/glyphs.py": summary(8, 8, 0, 0),
        "workflow/archfront/core/space.py": summary(30, 24, 10, 6),
        "workflow/archfront/core/files.py": summary(10, 6, 0, 0),
        "workflow/archfront/supernets/embedded/vision.py": summary(4, 1, 3, 1),
        "workflow/archfront/cli.py": summary(10, 5, 4, 1),
    }
    totals = summary(62, 44, 17, 8)["summary"]
    assert [line.split() for line in table({"files": files, "totals": totals})] == [
        ["room", "lines", "covered", "branches", "covered"],
        ["(no", "room)", "10", "50.0%", "4", "25.0%"],
        ["core", "40", "75.0%", "10", "60.0%"],
        ["supernets", "4", "25.0%", "3", "33.3%"],
        ["tasks", "8", "100.0%", "0", "-"],
        ["total", "62", "71.0%", "17", "47.1%"],
    ]


def test_code_of_a_sub_process_is_counted_and_so_is_code_that_nothing_imports(tmp_path):
    program = tmp_path / "program.py"
    child = [sys.executable, "-c", "import archfront.core.metrics"]
    program.write_text(f"import subprocess\nsubprocess.run({child!r}, cwd='/', check=True)\n")
    found, data = tmp_path / "report.json", f"--data-file={tmp_path / 'data'}"
    for command in (["run", data, program], ["combine", data], ["json", data, "-o", found]):
        subprocess.run(
            [sys.executable, "-m", "coverage", *command],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
            check=True,
        )
    files = json.loads(found.read_text())["files"]
    ran = {path: file["summary"]["covered_lines"] for path, file in files.items()}
    assert ran["workflow/archfront/core/metrics.py"] > 0
    assert ran["workflow/archfront/core/download.py"] == 0
