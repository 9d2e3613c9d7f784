"""The identity of a job's code: the job runs again when this identity changes.

The code of a job is its script, the modules that the experiment's config names (super-network,
objectives, tactic, search algorithm, predictors), and all modules that these import. The identity
is computed from the parsed code. Comments, docstrings, layout, and imports for type checkers do not
count. Modules of the standard library and of installed packages do not count either.

Names of modules in strings count where they are the argument of ``import_module``, and as
``module:Object`` in a user's module. Names that are computed, and docstrings that code reads, do
not count.
"""

import ast
import hashlib
import json
import os
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from importlib.util import find_spec, resolve_name
from pathlib import Path
from typing import NamedTuple

import archfront
from archfront.core.files import file_digest
from archfront.core.objective import OBJECTIVES, REFERENCES
from archfront.core.supernet import SuperNetwork
from archfront.core.types import Config
from archfront.search.algorithms import ALGORITHMS
from archfront.supernets.registry import SUPERNETS, supernet
from archfront.tactics import TACTICS, base_name, tactic

PACKAGE = Path(__file__).parents[1]
INSTALLED = {"site-packages", "dist-packages"}
REFERENCE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
"""``package.module:Object``, as in the tables of plug-ins."""


def identity(*parts: str | Path) -> str:
    """The identity of the code of modules (``archfront.search.nsga2``) and files: 16 hexadecimal
    digits, from :func:`digests`."""
    content = "\n".join(f"{name} {digest}" for name, digest in sorted(digests(*parts).items()))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def digests(*parts: str | Path) -> dict[str, str]:
    """The digest of each module and file that counts, by its name.

    A file whose name ends with ``.py`` counts with all that it imports, another file with its
    bytes. A named module may be in an installed package. The names of the files' folders do not
    count.
    """
    files = {part.name: part for part in parts if isinstance(part, Path)}
    waiting = [part for part in parts if isinstance(part, str)]
    named = frozenset(name.partition(".")[0] for name in waiting)
    beside = tuple(dict.fromkeys(path.parent for path in files.values()))
    found: dict[str, str] = {}
    for name, path in files.items():
        if path.suffix == ".py":
            found[name], imports = _source(path, *_state(path))
            waiting += imports
        else:
            found[name] = file_digest(path)
    seen = set(waiting)
    while waiting:
        name = waiting.pop()
        module = module_file(name, named, beside)
        if module is None:
            continue
        found[name], imports = _source(module, *_state(module), _package(name, module))
        new = {*imports, name.rpartition(".")[0]} - seen - {""}
        seen |= new
        waiting += new
    return found


# -- the modules that a config names ---------------------------------------------------------------


def of_supernet_and_objectives(config: Config) -> list[str]:
    """The modules of the super-network, of super-networks that it holds as attributes, and of the
    user's objectives."""
    named = [*config["objectives"], *config["bounds"]]
    own = [REFERENCES[name] for name in named if name in OBJECTIVES and name in REFERENCES]
    return [*_of_supernet(json.dumps(config["supernet"], sort_keys=True)), *_modules(own)]


@cache
def _of_supernet(given: str) -> tuple[str, ...]:
    """The modules of a config's ``supernet`` (JSON) and of the super-networks that it holds."""
    content = json.loads(given)
    name = content if isinstance(content, str) else content["name"]
    networks, found = [supernet(content)], _modules([SUPERNETS.get(name, name)])
    for network in networks:  # the list grows meanwhile
        found.append(type(network).__module__)
        held = getattr(network, "__dict__", {}).values()
        inner = [one for one in held if isinstance(one, SuperNetwork)]
        networks += [one for one in inner if not any(one is known for known in networks)]
    return tuple(dict.fromkeys(found))


def of_search(config: Config) -> list[str]:
    """The modules of the search algorithm and of the user's predictors."""
    return [*_of_algorithms([config["search"]["algorithm"]]), *of_predictors(config)]


def of_predictors(config: Config) -> list[str]:
    """The modules of the user's predictors."""
    return _modules(config["predictors"].values())


def of_tactic(config: Config, name: str) -> list[str]:
    """The modules of a tactic and of its searches in all iterations."""
    own = _modules([TACTICS[base_name(name)]])
    if not tactic(name).searches_on_predictors:
        return own
    changes = config["concurrent"]["search"]
    changed = [change["algorithm"] for change in changes if "algorithm" in change]
    return [*own, *of_search(config), *_of_algorithms(changed)]


def _of_algorithms(names: list[str]) -> list[str]:
    return _modules([ALGORITHMS.get(name, name) for name in names])


def _modules(references: Iterable[str]) -> list[str]:
    """The modules of ``module:Object`` references. Names without a module are left out: their code
    is imported where it is used."""
    return [name.partition(":")[0] for name in references if ":" in name]


# -- modules and their imports ---------------------------------------------------------------------


@cache
def module_file(name: str, named: frozenset[str], beside: tuple[Path, ...]) -> Path | None:
    """The file of a module. None for a module that does not count, and where no such module exists.

    named:  top-level packages that count although they are installed.
    beside: folders of scripts, which Snakemake has Python search last.
    """
    top, _, rest = name.partition(".")
    if top == "archfront":
        if not rest:
            return None  # the list of public names, which are imported at their first use
        name = f"archfront.{archfront.HOME.get(rest, rest)}"
    for folder in (*folders(top, top in named), *beside):
        place = folder.joinpath(*name.split("."))
        for path in (place / "__init__.py", place.with_name(f"{place.name}.py")):
            if path.is_file():
                return path
    return None


@cache
def folders(top: str, named: bool) -> tuple[Path, ...]:
    """The folders that contain a top-level module or package; empty if it does not count."""
    if top == "archfront":
        return (PACKAGE.parent,)
    if top in sys.stdlib_module_names and not named:
        return ()
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return ()
    if spec is None:
        return ()
    places = [*(spec.submodule_search_locations or []), *([spec.origin] if spec.origin else [])]
    folders = dict.fromkeys(
        Path(place).parents[1] if Path(place).name == "__init__.py" else Path(place).parent
        for place in places
    )
    return tuple(one for one in folders if named or not INSTALLED & set(one.parts))


def _package(name: str, path: Path) -> str:
    """The package that relative imports of a module start from."""
    return name if path.name == "__init__.py" else name.rpartition(".")[0]


def _state(path: Path) -> tuple[int, int]:
    state = os.stat(path)
    return state.st_size, state.st_mtime_ns


class Source(NamedTuple):
    digest: str
    imports: tuple[str, ...]


@cache
def _source(path: Path, size: int, time: int, package: str = "") -> Source:
    """The digest of a module's code, and the modules that it imports. A process reads the file
    again only after its size or its modification time has changed."""
    content = path.read_bytes()
    imports: list[str] = []
    # A module that cannot be parsed or imported may be imported where its error is caught.
    with suppress(SyntaxError, ValueError, RecursionError, ImportError):
        content = _text(ast.parse(content), imports, package).encode()
    return Source(hashlib.sha256(content).hexdigest(), tuple(imports))


def _text(node: object, imports: list[str], package: str) -> str:
    """The text of a node of parsed code. Adds the modules that the node imports to ``imports``.

    ``ast.dump`` is not used, because its text differs between versions of Python.
    """
    if isinstance(node, list):
        return ",".join([_text(one, imports, package) for one in node if not _idle(one)])
    if not isinstance(node, ast.AST):
        return repr(node)
    if isinstance(node, ast.expr_context):
        return ""
    imports += _imported(node, package)
    inner = []
    for field in node._fields:
        value: object = getattr(node, field, None)
        if isinstance(node, ast.JoinedStr):  # Python 3.12 adds empty texts
            value = [one for one in node.values if getattr(one, "value", None) != ""]
        text = "" if value is None else _text(value, imports, package)
        if text:
            inner.append(f"{field}=[{text}]")
    return f"{type(node).__name__}({','.join(inner)})"


def _idle(node: object) -> bool:
    """Whether a statement does nothing when it runs: a docstring, or imports for type checkers."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return isinstance(node.value.value, str)
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
        and not node.orelse
    )


def _imported(node: ast.AST, package: str) -> list[str]:
    """The modules that a node imports. An imported name may be a module or not."""
    match node:
        case ast.Import(names=names):
            renamed = any(alias.name == "archfront" and alias.asname for alias in names)
            public = [f"archfront.{name}" for name in archfront.HOME] if renamed else []
            return [*public, *(alias.name for alias in names)]
        case ast.ImportFrom(module=module, names=names, level=level):
            origin = resolve_name("." * level + (module or ""), package)
            return [origin, *(f"{origin}.{alias.name}" for alias in names)]
        case ast.Attribute(value=ast.Name(id="archfront"), attr=name):
            return [f"archfront.{name}"]
        case ast.Call(func=ast.Name(id="moved"), args=[_, ast.Constant(value=str(name))]):
            return [name]  # archfront.core.deprecated_paths
        case ast.Call(
            func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            return [resolve_name(name, package)]
        case ast.Constant(value=str(text)) if not package.startswith("archfront"):
            return [text.partition(":")[0]] if REFERENCE.fullmatch(text) else []
    return []
