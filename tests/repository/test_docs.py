import re
import shlex
import subprocess
import sys

import pytest
from helpers.runs import ROOT
from snakemake.cli import get_argument_parser, parse_config

CONTRIBUTING = ROOT / "CONTRIBUTING.md"
PAGES = [ROOT / "README.md", CONTRIBUTING, *sorted((ROOT / "docs").glob("*.md"))]


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
    named = re.findall(r"(?:workflow|benchmarks|experiments|envs|docs|tests)/[\w./-]*\w", text)
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing


def test_what_contributing_names_in_a_file_is_there():
    """In the form `name` of `file`: a function, a class, a method, a rule, a table."""
    named = re.findall(r"`([\w.]+)`\s+of\s+`([\w/]+\.(?:py|smk))`", CONTRIBUTING.read_text())
    assert len(named) > 30
    for name, path in named:
        places = [
            ROOT / path,
            *(ROOT / "workflow" / room / path for room in ("archfront", "rules")),
        ]
        (file,) = (place for place in places if place.is_file())
        for part in name.split("."):
            defined = rf"^\s*(def|class|rule|checkpoint) {part}\b|^{part}\b.* = |\bas {part} with"
            assert re.search(defined, file.read_text(), re.M), f"{path} has no {part}"


def commands(text):
    """The calls of ``snakemake`` in a page: those of its blocks of commands, and those between
    backticks."""
    whole = re.sub(r"\\\n#? +", " ", text)
    lines = re.findall(r"^(?:#  +)?(snakemake .*)", whole, re.M)
    return [*lines, *re.findall(r"`(snakemake [^`]*)(?<!--configfile)`", text)]


@pytest.mark.parametrize("path", [*PAGES, *sorted((ROOT / "experiments").glob("*.yaml"))], ids=str)
def test_snakemake_takes_the_calls_that_a_page_names(path):
    """An option with several values takes the targets after it for values."""
    for command in commands(path.read_text()):
        if "--executor" in command:
            continue  # the choices are the executors that are installed
        words = shlex.split(command, comments=True)[1:]
        asked, _ = get_argument_parser().parse_known_args(words)
        parse_config(asked.config)
        assert all(str(named).endswith(".yaml") for named in asked.configfile), command
