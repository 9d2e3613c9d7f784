"""The unit tests mirror the package: ``tests/unit/search/test_tactic.py`` tests
``archfront/search/tactic.py``. A file for one aspect of a module has the aspect behind the name:
``tests/unit/measurement/test_measure_keys.py``."""

from pathlib import Path

from helpers.runs import ROOT

import archfront

LIBRARY = Path(archfront.__file__).parent
UNIT = ROOT / "tests" / "unit"
MODULES = {path.relative_to(LIBRARY).with_suffix("") for path in LIBRARY.rglob("*.py")}
TESTED = {
    path.relative_to(UNIT).parent / path.stem.removeprefix("test_")
    for path in UNIT.rglob("test_*.py")
}


def of_module(tested: Path, module: Path) -> bool:
    name = module.name.strip("_")
    return tested.parent == module.parent and (tested.name + "_").startswith(name + "_")


def test_every_test_file_stands_where_its_module_stands():
    assert [str(one) for one in sorted(TESTED) if not any(of_module(one, m) for m in MODULES)] == []


def test_every_module_has_its_tests():
    missing = {
        m for m in MODULES if m.name != "__init__" and not any(of_module(t, m) for t in TESTED)
    }
    assert {str(module) for module in missing} == set(ELSEWHERE)
    for module, tests in ELSEWHERE.items():
        assert (ROOT / "tests" / tests).exists(), module
