import os
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from helpers.paper_folder import write_small
from helpers.runs import Folder


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder ``name`` that ``make`` fills.

    The workers of pytest-xdist share it: the first one makes it, the others wait.
    """
    place = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent
    done = place / f"{name}.done"
    with FileLock(place / f"{name}.lock"):
        if not done.exists():
            make(place / name)
            done.touch()
    return place / name


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Folder:
    """A finished run on the instant super-network; copy it before changing anything."""

    def make(path: Path) -> None:
        # The other core is for the other worker, which may measure latencies meanwhile.
        ran = Folder(path).run("--cores", "1")
        assert ran.returncode == 0, ran.stderr[-5000:]

    return Folder(once(tmp_path_factory, "finished", make), None)


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """The results of all of the paper's targets, from small experiments on the instant
    super-network. ``told.txt`` is what the run printed."""

    def make(path: Path) -> None:
        folder = Folder(path)
        write_small(folder.path)
        done = folder.run("paper")
        assert done.returncode == 0, done.stderr[-5000:]
        (path / "results/told.txt").write_text(done.stdout + done.stderr)

    return once(tmp_path_factory, "paper", make) / "results"
