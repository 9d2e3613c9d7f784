"""The wheel holds all that archfront needs at run time: it works without the checkout."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from helpers.runs import ROOT

pytestmark = pytest.mark.xdist_group("latency")


SOURCES = [
    *("CHANGELOG.md", "CITATION.cff", "LICENSE", "MANIFEST.in", "README.md", "Snakefile"),
    *("config.yaml", "envs", "experiments", "pyproject.toml", "setup.py", "workflow"),
]
SDIST = "from setuptools import build_meta; print(build_meta.build_sdist('.'))"


def called(*command: object, folder: Path) -> str:
    """The output of a command that must succeed, without paths of the checkout in its
    environment."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


def wheel_of(source: Path, target: Path) -> Path:
    offline = "--quiet", "--no-deps", "--no-index", "--no-build-isolation"
    called(sys.executable, "-m", "pip", "wheel", *offline, "-w", target, source, folder=target)
    (wheel,) = target.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def sdist(tmp_path_factory) -> Path:
    """The source distribution of a copy of the checkout, which builds cannot leave files in."""
    copy = tmp_path_factory.mktemp("copy")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(ROOT / name, copy / name, ignore=ignored)
        else:
            shutil.copy2(ROOT / name, copy)
    called(sys.executable, "-c", SDIST, folder=copy)
    (archive,) = copy.glob("*.tar.gz")
    return archive


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory) -> Path:
    return wheel_of(sdist.parent, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory) -> Path:
    """The interpreter of a new environment with the wheel. The dependencies are those of the tests:
    a ``.pth`` file names their folder. The ``.pth`` files in that folder, such as the one of an
    editable archfront, have no effect."""
    environment = tmp_path_factory.mktemp("environment")
    called(sys.executable, "-m", "venv", "--without-pip", ".", folder=environment)
    python = environment / "bin" / "python"
    pip = sys.executable, "-m", "pip", "--python", python, "install", "--quiet"
    called(*pip, "--no-deps", "--no-index", wheel, folder=environment)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return python


def test_the_wheel_and_the_wheel_of_the_sdist_are_the_same(sdist, wheel, tmp_path):
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(wheel_of(sdist, tmp_path)) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())
        assert [n for n in one.namelist() if one.read(n) != other.read(n)] == []


def test_the_wheel_holds_every_file_of_the_workflow(wheel):
    with zipfile.ZipFile(wheel) as content:
        held = set(content.namelist())
    assert "archfront/py.typed" in held
    files = [p for p in (ROOT / "workflow").rglob("*") if p.is_file()]
    wanted = {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}
    library = {name.removeprefix("workflow/") for name in wanted if "/archfront/" in name}
    workflow = {f"archfront/project/{name}" for name in wanted if "/archfront/" not in name}
    profiles = {n.replace("/workflow/", "/") for n in workflow if "/profiles/" in n}
    assert len(library) > 150 and len(workflow) > 50 and len(profiles) == 2
    assert library | workflow | profiles <= held


def test_the_installed_library_works_in_an_empty_folder(python, tmp_path):
    place = "import archfront; print(archfront.__file__)"
    home = Path(called(python, "-I", "-c", place, folder=tmp_path).strip())
    assert home.is_relative_to(python.parents[1])
    readme = (ROOT / "README.md").read_text()
    (example,) = re.findall(r"```python\n(import archfront.*?)```", readme, re.S)
    assert "latency" in called(python, "-I", "-c", example, folder=tmp_path)
    told = called(python, "-I", python.parent / "archfront", "store", "check", folder=tmp_path)
    assert "all sound" in told and "latency" in told


def test_the_installed_workflow_runs_from_an_empty_folder(python, tmp_path):
    """A dry run of the whole workflow, and a script: ``snakemake plan``."""
    ask = "from archfront.core.project import FOLDER; print(FOLDER)"
    project = Path(called(python, "-I", "-c", ask, folder=tmp_path).strip())
    assert project.is_relative_to(python.parents[1])
    shutil.copy2(project / "experiments" / "ci.yaml", tmp_path / "config.yaml")
    snakemake = python, "-I", "-m", "snakemake", "-s", project / "Snakefile"
    planned = called(*snakemake, "-n", folder=tmp_path)
    assert "measure_on_platform" in planned and "draw_figure" in planned
    assert f"{project}/profiles/default" in planned
    assert "ci" in called(*snakemake, "plan", folder=tmp_path)
