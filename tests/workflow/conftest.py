import pytest
from helpers.runs import Folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Folder:
    """A finished run on the instant super-network; copy it before changing anything."""
    folder = Folder(tmp_path_factory.mktemp("finished") / "run")
    done = folder.run()
    assert done.returncode == 0, done.stderr[-5000:]
    return folder
