import os
from pathlib import Path

import pytest
from filelock import FileLock
from helpers.paper_folder import write_small
from helpers.runs import Folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Folder:
    """A finished run on the instant super-network; copy it before changing anything.

    The workers of pytest-xdist share one run: the first one makes it, the others wait.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    done = folder / "finished.done"
    with FileLock(folder / "finished.lock"):
        if done.exists():
            return Folder(folder / "finished", None)
        made = Folder(folder / "finished")
        # The other core is for the other worker, which may measure latencies meanwhile.
        ran = made.run("--cores", "1")
        assert ran.returncode == 0, ran.stderr[-5000:]
        done.touch()
    return made


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """The results of all of the paper's targets, from small experiments on the instant
    super-network. ``told.txt`` is what the run printed."""
    folder = Folder(tmp_path_factory.mktemp("paper") / "run")
    write_small(folder.path)
    done = folder.run("paper")
    assert done.returncode == 0, done.stderr[-5000:]
    results = folder.path / "results"
    (results / "told.txt").write_text(done.stdout + done.stderr)
    return results
