"""Imports run downwards only, through the rooms that ``pyproject.toml`` lists from the top."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import archfront

LIBRARY = Path(archfront.__file__).parent
ROOT = LIBRARY.parents[1]
TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
(CONTRACT,) = TOOLS["importlinter"]["contracts"]
FLOORS = {
    room.strip(): number
    for number, layer in enumerate(reversed(CONTRACT["layers"]))
    for room in layer.split("|")
}
NAMED = re.compile(r"archfront((?:\.[a-z_0-9]+)+):[A-Za-z_]+")
"""The form in which tables name an object that is imported late."""
EXCEPTIONS: dict[tuple[str, str], str] = {}
"""(module, name): the reason why the module may name something of a higher floor."""


def named_above(module: str, text: str) -> list[str]:
    """Names of the form ``archfront.x:Y`` in the strings of a module that lie on a higher floor."""
    floor, found = FLOORS[module.partition(".")[0]], []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for match in NAMED.finditer(node.value):
                room = match[1].split(".")[1]
                if FLOORS[room] > floor and (module, match[0]) not in EXCEPTIONS:
                    found.append(match[0])
    return found


def modules() -> list[str]:
    names = (p.relative_to(LIBRARY).with_suffix("") for p in sorted(LIBRARY.rglob("*.py")))
    return [".".join(n.parts) for n in names if n.name != "__init__" and n.parts != ("space",)]


def lint(config: Path, folder: Path) -> subprocess.CompletedProcess:
    code = "from importlinter.cli import lint_imports_command as command; command()"
    command = [sys.executable, "-c", code, str(config), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_no_import_runs_upwards():
    found = lint(ROOT / "pyproject.toml", LIBRARY.parent)
    assert found.returncode == 0, found.stdout + found.stderr


def test_no_name_in_a_table_runs_upwards():
    found = {}
    for module in modules():
        text = LIBRARY.joinpath(*module.split(".")).with_suffix(".py").read_text()
        found[module] = named_above(module, text)
    assert len(found) > 130 and {m: names for m, names in found.items() if names} == {}


def test_what_runs_upwards_is_found(tmp_path):
    """An import of a higher floor breaks the contract, and so does a name in a table."""
    package = tmp_path / "archfront"
    for room in FLOORS:
        (package / room).mkdir(parents=True)
        (package / room / "__init__.py").touch()
    (package / "__init__.py").touch()
    config = tmp_path / "pyproject.toml"
    config.write_text((ROOT / "pyproject.toml").read_text())
    assert lint(config, tmp_path).returncode == 0
    (package / "core/space.py").write_text("import archfront.search\n")
    broken = lint(config, tmp_path)
    assert broken.returncode == 1 and "archfront.core is not allowed to import" in broken.stdout
    table = 'KNOWN = {"random": "archfront.baselines.random_search:RandomSearch"}\n'
    assert named_above("search.tactic", table) == ["archfront.baselines.random_search:RandomSearch"]
    assert named_above("tactics", table) == []
