"""Docstrings name modules and objects that exist."""

import importlib
import importlib.util
import re
from pathlib import Path

import archfront

LIBRARY = Path(archfront.__file__).parent
ROLE = re.compile(r":(?:mod|func|class|data|meth|attr):`~?(archfront\.[\w.]+)`")


def exists(name: str) -> bool:
    """Whether a module, or an object or attribute in one, has this full name. A module is not
    imported, since it may need a package that is not installed."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        try:
            spec = importlib.util.find_spec(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        if spec is None:
            continue
        if count == len(parts):
            return True
        found = importlib.import_module(spec.name)
        for part in parts[count:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def test_every_reference_leads_somewhere():
    named = {
        match: path.name
        for path in LIBRARY.rglob("*.py")
        for match in ROLE.findall(path.read_text())
    }
    assert len(named) > 20
    assert {name: file for name, file in named.items() if not exists(name)} == {}
    assert not exists("archfront.search.recorded") and not exists("archfront.core.space.Nothing")
