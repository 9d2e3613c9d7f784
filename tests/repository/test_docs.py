import re
import subprocess
import sys

import pytest
from helpers.runs import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_pages_build_without_a_dead_link(tmp_path):
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "files" / "index.html").exists()


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_paths_that_a_page_names_exist(page):
    text = page.read_text()
    named = re.findall(r"(?:workflow|benchmarks|experiments|envs|docs)/[\w./-]*\w", text)
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing
