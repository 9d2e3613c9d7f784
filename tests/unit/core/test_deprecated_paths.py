import importlib
import sys

import pytest

from archfront.config.experiment import validated
from archfront.core.objective import OBJECTIVES
from archfront.core.space import SearchSpace
from archfront.core.supernet import Reading, SuperNetwork
from archfront.supernets.registry import supernet


def test_the_readmes_plug_in_of_version_0_1_0_runs(monkeypatch):
    for old in ("archfront.space", "archfront.supernets.supernet", "old_paths"):
        monkeypatch.delitem(sys.modules, old, raising=False)
    with pytest.warns(DeprecationWarning) as warned:
        config = {"experiment": "old", "supernet": "old_paths:MyNet", "platforms": {"laptop": {}}}
        network = supernet(validated(config))
    assert {str(one.message) for one in warned} == {
        "archfront.space is now archfront.core.space",
        "archfront.supernets.supernet is now archfront.core.supernet",
    }
    # The warning names the line of the plug-in, not one of archfront's.
    assert all(one.filename.endswith("old_paths.py") for one in warned)
    assert isinstance(network, SuperNetwork) and isinstance(network.space, SearchSpace)


def test_readings_and_objectives_are_the_same_by_both_paths(monkeypatch):
    monkeypatch.delitem(sys.modules, "archfront.measurement.objective", raising=False)
    with pytest.warns(DeprecationWarning, match="is now archfront.core.objective"):
        from archfront.measurement.objective import OBJECTIVES as OLD
    from archfront.measurement.measure import Reading as old_reading

    assert OLD is OBJECTIVES and old_reading is Reading


def test_the_rehearsals_old_name_is_the_same_class():
    from archfront.rehearsal import Replay

    sys.modules.pop("archfront.supernets.replay", None)
    with pytest.warns(DeprecationWarning, match=r"archfront\.supernets\.replay is now"):
        old = importlib.import_module("archfront.supernets.replay")
    assert old.Replay is Replay
