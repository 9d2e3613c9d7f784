import json
import math
from pathlib import Path

import pytest

from archfront.core.registry import ConfigError, find, nearest

BUILT_IN = {"nsga2": "json:dumps", "unsga3": math.sqrt, "mo_cma_es": "no_such_module:search"}


def test_a_built_in_name_is_its_object():
    assert find("search.algorithm", "unsga3", BUILT_IN) is math.sqrt
    assert find("search.algorithm", "nsga2", BUILT_IN) is json.dumps


def test_a_plug_in_is_imported_from_its_module():
    assert find("search.algorithm", "json:loads", BUILT_IN) is json.loads
    assert find("search.algorithm", "json.decoder:JSONDecoder", {}) is json.JSONDecoder


@pytest.mark.parametrize("name", ["nsag2", "json.dumps", "json:", ""])
def test_an_unknown_name_is_refused_with_what_is_allowed(name):
    with pytest.raises(ConfigError) as refused:
        find("search.algorithm", name, BUILT_IN)
    assert str(refused.value).startswith(
        f"search.algorithm: {name!r} is unknown; allowed: nsga2, unsga3, mo_cma_es or "
        "package.module:Object of your own"
    )


def test_a_misspelt_name_is_answered_with_the_nearest_one():
    with pytest.raises(ConfigError, match=r"of your own \(did you mean 'nsga2'\?\)$"):
        find("search.algorithm", "nsag2", BUILT_IN)
    with pytest.raises(ConfigError, match=r"of your own$"):
        find("search.algorithm", "hill climbing", BUILT_IN)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("no_such_module:search", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("mo_cma_es", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("json:search", "AttributeError: module 'json' has no attribute 'search'"),
        ("broken_plug_in:search", "ZeroDivisionError: division by zero"),
        ("exiting_plug_in:search", "SystemExit: 0"),
        ("lacking_plug_in:search", 'pip install "archfront[vision]"'),
    ],
)
def test_an_import_that_fails_names_the_key_and_the_reason(name, reason, tmp_path, monkeypatch):
    (tmp_path / "broken_plug_in.py").write_text("1 / 0\n")
    (tmp_path / "exiting_plug_in.py").write_text("raise SystemExit(0)\n")
    (tmp_path / "lacking_plug_in.py").write_text("raise ModuleNotFoundError('ofa', name='ofa')\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError) as refused:
        find("search.algorithm", name, BUILT_IN)
    told = str(refused.value)
    assert told.startswith(f"search.algorithm: {name!r} cannot be imported: ") and reason in told


def test_an_import_leaves_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "wandering_plug_in.py").write_text("import os\nos.chdir('/')\nsearch = 5\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert find("search.algorithm", "wandering_plug_in:search", {}) == 5
    assert Path.cwd() == tmp_path


@pytest.mark.parametrize(
    ("word", "known", "told"),
    [
        ("latencyy", ["top1", "latency"], " (did you mean 'latency'?)"),
        (12, [7, 128, 3], " (did you mean '128'?)"),
        ("energy", ["top1", "macs"], ""),
        ("top1", [], ""),
    ],
)
def test_the_nearest_spelling_is_one_that_is_known(word, known, told):
    assert nearest(word, known) == told
