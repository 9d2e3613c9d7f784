"""The unit tests mirror the package: ``tests/unit/search/test_tactic.py`` tests
``archfront/search/tactic.py``. A file for one aspect of a module has the aspect behind the name:
``tests/unit/measurement/test_measure_keys.py``."""

from pathlib import Path

from helpers.runs import ROOT

import archfront

LIBRARY = Path(archfront.__file__).parent
UNIT = ROOT / "tests" / "unit"
OLD_PATHS = "unit/core/test_deprecated_paths.py"
BROWSER = "browser/test_story.py"
TYPES = {"core/types"}
"""Modules of names for types, which mypy checks."""
ELSEWHERE = {
    "measurement/objective": OLD_PATHS,
    "space": OLD_PATHS,
    "supernets/replay": OLD_PATHS,
    "supernets/supernet": OLD_PATHS,
    "pages/explore": BROWSER,
    "pages/frame": BROWSER,
    "pages/run": BROWSER,
    "pages/take_home": BROWSER,
}
"""Modules that other files test: old import paths, and pages, which need a browser."""

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
    assert {str(module) for module in missing} == TYPES | set(ELSEWHERE)
    for module, tests in ELSEWHERE.items():
        assert (ROOT / "tests" / tests).exists(), module
