import os
from pathlib import Path

import pytest

from archfront.core.working_folder import kept_folder


def test_the_folder_is_the_same_afterwards(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with kept_folder():
        os.chdir("/")
    assert Path.cwd() == tmp_path
    with pytest.raises(ValueError, match="no luck"), kept_folder():
        os.chdir("/")
        raise ValueError("no luck")
    assert Path.cwd() == tmp_path
