import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "plugins"))


@pytest.fixture(autouse=True)
def no_plug_in_settings(monkeypatch):
    for name in ("INSTANT_LOG", "INSTANT_FAIL", "INSTANT_SECONDS"):
        monkeypatch.delenv(name, raising=False)
