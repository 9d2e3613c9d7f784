"""The documentation: it builds without a dead link, and its paths exist. The README's example
runs in ``tests/workflow/test_wheel.py``."""

import re
import subprocess
import sys

import pytest
from runs import ROOT

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


def test_importing_archfront_imports_nothing_heavy():
    code = "import archfront, sys; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "pandas", "torch", "sklearn", "pymoo"} & set(done.stdout.split())


def test_what_every_job_imports_is_not_heavy():
    """The Snakefile is read, and a script begun, for each of thousands of jobs."""
    code = "import archfront.config.experiment, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"torch", "sklearn", "pymoo", "matplotlib", "scipy.optimize", "scipy.linalg", "numba"}
    assert not heavy & set(done.stdout.split())


def test_every_name_of_the_front_door_is_there():
    import archfront

    assert all(getattr(archfront, name) is not None for name in archfront.__all__)
