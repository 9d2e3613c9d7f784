import pytest
from helpers.runs import CONFIG

pytest.importorskip("nicegui", reason="there is no NiceGUI here: make ui installs it")

from archfront.pages import set_up
from archfront.pages.project import Project

pytestmark = pytest.mark.slow  # make test-slow installs NiceGUI


@pytest.mark.parametrize("path", ["a\0b", "\ud800"])
@pytest.mark.parametrize("key", ["constraint", "sampling", "concurrent"])
def test_a_path_that_cannot_be_one_is_a_problem_of_its_key(tmp_path, key, path):
    inner = {"sampling": {"file": path}, "concurrent": {"proposals": path}}
    problems, cost, _ = set_up.checked(Project(tmp_path), CONFIG | {key: inner.get(key, path)})
    assert problems.startswith(key) and problems.encode() and cost == ""


@pytest.mark.parametrize("place", ["validated", "plan_told"])
def test_whatever_a_check_raises_is_a_problem(tmp_path, monkeypatch, place):
    def raising(*_):
        raise ZeroDivisionError("\ud800")

    monkeypatch.setattr(set_up, place, raising)
    monkeypatch.setattr(set_up.found, "plan_of", lambda *_: None)
    problems, *_ = set_up.checked(Project(tmp_path), CONFIG)
    assert problems == "ZeroDivisionError: \\ud800"
