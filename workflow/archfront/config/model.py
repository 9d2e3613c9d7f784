"""Sections of the config as dataclasses, and the JSON schema that follows from them.

A section is a dataclass. Its docstring describes the section. Each attribute is a key, made by
:func:`key`: the annotation gives the type, and the call gives the description, the default and the
allowed range.

>>> @dataclass
... class Sampling:
...     '''The first sub-networks.'''
...     count: int = key("Number of sub-networks.", 40, minimum=4)
>>> schema_of(Sampling)["properties"]["count"]
{'description': 'Number of sub-networks.', 'type': 'integer', 'minimum': 4, 'default': 40}
"""

import inspect
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import MISSING, field, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}
"""Names of the types in a JSON schema."""


Rules = dict[str, Any]
"""Keywords of JSON schema, by their names."""


def key(
    description: str, default: object = MISSING, *, required: bool = False, **rules: Any
) -> Any:
    """A key of a section.

    default:  the value where the config has none. A key without a default is in the config only if
              it is given.
    required: the key must be in the config.
    rules:    further keywords of JSON schema, such as ``minimum``. ``items``, ``values`` and
              ``names`` hold the keywords for the items of a list, for the values of a mapping and
              for its names.
    """
    told = {"description": description, "required": required, "rules": rules}
    if default is not MISSING:
        return field(
            default_factory=lambda: deepcopy(default), metadata=told | {"default": default}
        )
    return field(metadata=told) if required else field(default=None, metadata=told)


def section(model: type) -> Any:
    """The key of a section: its description is the docstring of the model, and its default is a
    mapping whose keys all have their defaults."""
    described = {"description": " ".join((inspect.getdoc(model) or "").split()), "required": False}
    return field(default_factory=model, metadata=described | {"rules": {}, "default": {}})


def schema_of(model: type[Any]) -> Rules:
    """The JSON schema of a section: a mapping with the keys of the model and no others."""
    hints = get_type_hints(model)
    found: Rules = {"type": "object", "additionalProperties": False}
    required = [one.name for one in fields(model) if one.metadata["required"]]
    if required:
        found["required"] = required
    return found | {"properties": {o.name: _key(hints[o.name], o.metadata) for o in fields(model)}}


def _key(hint: Any, metadata: Mapping[str, Any]) -> Rules:
    """The JSON schema of a key."""
    rules = dict(metadata["rules"])
    inner = {name: rules.pop(name, {}) for name in ("items", "values", "names")}
    found = _type(hint, inner) | rules
    if "enum" in rules:
        del found["type"]
    default = {"default": metadata["default"]} if "default" in metadata else {}
    return {"description": metadata["description"], **found, **default}


def _type(hint: Any, inner: Rules) -> Rules:
    """The keywords of JSON schema for a type. ``inner`` holds the rules of items, values, names."""
    if isinstance(hint, UnionType):
        parts = [_type(one, inner) for one in get_args(hint)]
        merged: Rules = {}
        for part in parts:
            merged |= part
        return merged | {"type": [part["type"] for part in parts]}
    if isinstance(hint, type) and is_dataclass(hint):
        return schema_of(hint)
    arguments = get_args(hint)
    if get_origin(hint) is list:
        return {"type": "array", "items": _part(arguments[0], inner["items"])}
    if get_origin(hint) is dict:
        names = {"propertyNames": inner["names"]} if inner["names"] else {}
        return {
            "type": "object",
            **names,
            "additionalProperties": _part(arguments[1], inner["values"]),
        }
    return {"type": NAMES[hint]}


def _part(hint: Any, rules: Rules) -> Rules:
    """The JSON schema of an item or a value."""
    found = _type(hint, {"items": {}, "values": {}, "names": {}}) | rules
    if "enum" in rules:
        del found["type"]
    return found
