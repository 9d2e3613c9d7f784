import os
from pathlib import Path

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent
# Tests run in folders of their own, where the default ``results/published`` does not lie.
_PLACES = TESTS.parents[1] / "shared" / "data", TESTS.parent / "results" / "published"
os.environ.setdefault(
    "ARCHFRONT_PUBLISHED_DATA", str(next((p for p in _PLACES if p.is_dir()), _PLACES[-1]))
)


# How long an example takes depends on the host.
settings.register_profile("archfront", deadline=None)
settings.load_profile("archfront")


@pytest.fixture(autouse=True)
def no_plug_in_settings(monkeypatch):
    """Settings of the plug-ins from outside, and objectives that a test registers, do not last."""
    from archfront.core.objective import OBJECTIVES, PLUGINS, REFERENCES

    for name in (
        "INSTANT_LOG",
        "INSTANT_FAIL",
        "INSTANT_SECONDS",
        "INSTANT_DIGEST",
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
