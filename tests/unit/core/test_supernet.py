from copy import deepcopy
from pathlib import Path

import own

from archfront.core.supernet import SuperNetwork


def test_the_methods_of_a_super_network_leave_the_current_folder(tmp_path, monkeypatch):
    network = own.Wandering()
    monkeypatch.chdir(tmp_path)
    for one in (network, deepcopy(network)):
        assert one.digest() == "instant-1" and Path.cwd() == tmp_path
        assert len(one.exact("macs", one.space.sample(3, 1))) == 3 and Path.cwd() == tmp_path


def test_plug_ins_of_version_0_1_0_call_arithmetic_with_the_settings_alone():
    given = {"validation_device": "cuda:1", "validation_precision": "fp32"}
    assert SuperNetwork.arithmetic(given) == {"precision": "fp32", "device": "cuda"}
    assert SuperNetwork.arithmetic({"validation_device": "cpu"}) == {"precision": "fp32"}
