import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent
# Tests run in folders of their own, where the default ``results/published`` does not lie.
_PLACES = TESTS.parents[1] / "shared" / "data", TESTS.parent / "results" / "published"
os.environ.setdefault(
    "ARCHFRONT_PUBLISHED_DATA", str(next((p for p in _PLACES if p.is_dir()), _PLACES[-1]))
)
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    # A worker does not wait for the latency measurements of the other one.
    locks = Path(tempfile.gettempdir()) / f"archfront-tests-{os.getuid()}" / worker
    os.environ["ARCHFRONT_LOCK_FOLDER"] = str(locks)
    # Threads of NumPy and PyTorch that wait for each other use up the other worker's processor.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# How long an example takes depends on the host.
settings.register_profile("archfront", deadline=None)
settings.load_profile("archfront")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Each file is one group for pytest-xdist: a fixture of a module is made once. The whole runs
    take longest and begin first, so that the workers end at about the same time.

    pytest-xdist writes the group into `_nodeid` of pytest, which pytest 9.2 does not read.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(str(item.path.relative_to(TESTS))))
    items.sort(key=lambda item: "workflow" not in item.path.relative_to(TESTS).parts)


@pytest.fixture(autouse=True)
def no_plug_in_settings(monkeypatch):
    """Settings of the plug-ins from outside, and objectives that a test registers, do not last."""
    from archfront.core.objective import OBJECTIVES, PLUGINS, REFERENCES

    for name in (
        "INSTANT_LOG",
        "INSTANT_FAIL",
        "INSTANT_SECONDS",
        "INSTANT_DIGEST",
        "INSTANT_KERNELS",
        "INSTANT_WEIGHTS",
        "OWN_PROTOCOL",
    ):
        monkeypatch.delenv(name, raising=False)
    known = dict(OBJECTIVES)
    os.environ.pop(PLUGINS, None)
    yield
    os.environ.pop(PLUGINS, None)
    REFERENCES.clear()
    OBJECTIVES.clear()
    OBJECTIVES.update(known)
