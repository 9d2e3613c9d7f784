"""The schema of the config as fields of a form: the values that a user can fill in, the way to fill
them in, and their place in the config.

This module draws nothing; :mod:`archfront.pages.form` draws the fields.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from archfront.config.plain_values import parsed
from archfront.core.objective import OBJECTIVES
from archfront.core.platform import host_facts
from archfront.core.registry import ConfigError, find
from archfront.search.algorithms import ALGORITHMS
from archfront.supernets.registry import SUPERNETS, options_of, supernet

Path = tuple[str, ...]
"""Keys from the top of the config to a value."""

SUGGESTED = {
    ("supernet",): list(SUPERNETS),
    ("objectives",): list(OBJECTIVES),
    ("search", "algorithm"): list(ALGORITHMS),
}
"""Built-in names for the keys whose values in the schema may also be names that users define."""
CODE: tuple[Path, ...] = (
    ("supernet",),
    ("objectives",),
    ("predictors",),
    ("search", "algorithm"),
    ("concurrent", "search"),
)
"""Keys whose values may name code of the user."""


@dataclass(frozen=True)
class Field:
    """One key of the config that the user can fill in.

    path:    place of the value in the config.
    kind:    ``choice`` (one of ``options``), ``choices`` (several of ``options``), ``switch``,
             ``text`` (the text is the value), ``number``, ``list`` (``1, 2``), ``mapping``
             (``latency: 2.5, macs: 300``), ``yaml`` (any other value), ``group`` (a mapping of
             fields) or ``named`` (groups of the same fields, by name).
    options: the listed names of a ``choice`` or ``choices``.
    own:     the field also accepts names that are not in ``options``.
    parts:   the fields of a ``group``, or of each group of ``named``.
    """

    path: Path
    kind: str
    description: str
    default: Any
    options: tuple[str, ...] = ()
    own: bool = False
    parts: "tuple[Field, ...]" = ()

    @property
    def label(self) -> str:
        return self.path[-1].replace("_", " ")


def fields(part: Mapping, path: Path = ()) -> Iterator[Field]:
    """The fields of the mapping at ``path`` of the config, in the order of its schema ``part``."""
    for key, inner in (part.get("properties") or {}).items():
        yield field((*path, key), inner)


def field(path: Path, part: Mapping) -> Field:
    """The field of one key, from its schema."""
    kind = _kind(part)
    options: tuple[str, ...] = ()
    inner: tuple[Field, ...] = ()
    if kind == "choice":
        options = tuple(part["enum"])
    elif kind == "choices":
        options = tuple(part["items"]["enum"])
    elif kind == "group":
        inner = tuple(fields(part, path))
    elif kind == "named":
        inner = tuple(fields(part["additionalProperties"], path))
    own = path in SUGGESTED
    if own:
        kind = "choices" if part["type"] == "array" else "choice"
        options = tuple(SUGGESTED[path])
    told = " ".join(part.get("description", "").split())
    return Field(path, kind, told, part.get("default"), options, own, inner)


def _kind(part: Mapping) -> str:
    types = part.get("type", [])
    types = {types} if isinstance(types, str) else set(types)
    if "enum" in part:
        return "choice"
    if "array" in types:
        items = part["items"]
        if "enum" in items:
            return "choices"
        return "yaml" if items.get("type") == "object" else "list"
    if types == {"object"} and "properties" in part:
        return "group"
    if "object" in types:
        each = part.get("additionalProperties")
        if not isinstance(each, Mapping) or each.get("additionalProperties"):
            return "yaml"
        return "named" if "properties" in each else "mapping"
    if types == {"boolean"}:
        return "switch"
    return "number" if types & {"integer", "number"} else "text"


def value_at(config: Mapping, path: Path) -> Any:
    """The value at ``path`` of the config; None if the config has no value at this path."""
    found: Any = config
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def put(config: dict, path: Path, value: object) -> None:
    """Set the value at ``path`` of the config, in place. None removes the value, and each mapping
    that becomes empty."""
    key, *rest = path
    if rest:
        inner = config.get(key)
        inner = dict(inner) if isinstance(inner, Mapping) else {}
        put(inner, tuple(rest), value)
        value = inner or None
    if value is None:
        config.pop(key, None)
    else:
        config[key] = value


BRACKETS = {"list": "[{}]", "mapping": "{{{}}}"}


def as_text(kind: str, value: object) -> str:
    """The text of a value in a field of this kind; empty for None.

    The text is YAML. Lists and mappings in fields of their kind have no outermost brackets. A text
    in a ``text`` field stays unchanged.
    """
    if value is None:
        return ""
    if kind == "text" and isinstance(value, str):
        return value
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
    text = text.removesuffix("...\n").strip()
    bracketed = kind == "list" and isinstance(value, list)
    bracketed |= kind == "mapping" and isinstance(value, Mapping)
    return text[1:-1] if bracketed else text


def from_text(kind: str, text: str) -> object:
    """The value of the text in a field of this kind; None for an empty text. A text that is not
    valid YAML stays text, which the schema refuses. See
    :func:`archfront.config.plain_values.parsed`."""
    text = text.strip()
    if not text:
        return None
    if kind == "text":
        return text
    try:
        return parsed(BRACKETS.get(kind, "{}").format(text))
    except ConfigError:
        return text


def plug_ins(config: Mapping) -> set[str]:
    """The texts of a config that may name code outside archfront as ``package.module:Object``. A
    check of the config imports this code."""
    found = {text for place in CODE for text in _texts(value_at(config, place))}
    return {text for text in found if ":" in text and not text.startswith("archfront.")}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    inner = value.values() if isinstance(value, Mapping) else value
    if isinstance(inner, Iterable) and not isinstance(inner, str):
        for part in inner:
            yield from _texts(part)


def supernet_options(name: str) -> list[str]:
    """The names of a super-network's options. The list is empty for an unknown super-network, and
    for a super-network that is an object and not a class."""
    try:
        return options_of(find("supernet", name, SUPERNETS))
    except ConfigError:
        return []


def task_of(given: Any) -> str:
    """The number of a super-network's sub-networks and the objectives that it measures, as text for
    people. The text is empty if the super-network cannot be made."""
    try:
        network = supernet(given)
    except (ConfigError, TypeError):
        return ""
    size = f"{network.space.size:.3g} distinct sub-networks"
    return f"{size}; measures {', '.join(network.measures)}" if network.measures else size


def this_host() -> str:
    facts = host_facts()
    gpus = ", ".join(facts["gpus"]) or "no GPU"
    return f"{facts['processor']}, {facts['cores']} cores, {facts['memory_gib']} GiB, {gpus}"


def places(problems: str, known: set[Path]) -> tuple[dict[Path, list[str]], list[str]]:
    """The messages of :func:`archfront.config.experiment.validated`, by the path of the field that
    each message belongs to; and the messages that belong to no field.

    ``known`` holds the paths of all fields. A message about a key inside a field belongs to that
    field.
    """
    beside: dict[Path, list[str]] = {}
    others = []
    for line in filter(None, problems.splitlines()):
        named, _, _ = line.partition(":")
        path = tuple(named.strip().split("."))
        while path and path not in known:
            path = path[:-1]
        beside.setdefault(path, []).append(line) if path else others.append(line)
    return beside, others
