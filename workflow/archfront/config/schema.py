"""The schema of the config: keys, ranges, defaults (``workflow/schemas/config.schema.yaml``)."""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from math import isfinite

import yaml

from archfront.core.project import WORKFLOW
from archfront.core.registry import nearest

SCHEMA = WORKFLOW / "schemas" / "config.schema.yaml"


@cache
def schema() -> dict:
    return yaml.safe_load(SCHEMA.read_text())


def fill_defaults(config: dict, schema: Mapping) -> None:
    """Add the schema's defaults to ``config``, in place, at every level."""
    for key, part in schema.get("properties", {}).items():
        if key not in config and "default" in part:
            config[key] = deepcopy(part["default"])
        if isinstance(config.get(key), dict):
            fill_defaults(config[key], part)
            each = part.get("additionalProperties")
            if isinstance(each, dict):
                for value in config[key].values():
                    if isinstance(value, dict):
                        fill_defaults(value, each)


def not_finite(value: object, place: str = "") -> list[str]:
    """A problem for each NaN and infinity in a config. The ranges of the schema cannot exclude NaN,
    since every comparison with it is false."""
    if isinstance(value, float) and not isfinite(value):
        return [f"{place}: {value} is not allowed; a finite number"]
    inner = dict(enumerate(value)) if isinstance(value, list) else value
    if not isinstance(inner, Mapping):
        return []
    return [
        problem
        for key, part in inner.items()
        for problem in not_finite(part, f"{place}.{key}" if place else str(key))
    ]


def message(error) -> str:
    """The text of a schema error: the key, the value, the allowed values, the nearest spelling. One
    line per unknown key, else one line."""
    place = ".".join(str(part) for part in error.absolute_path)
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        unknown = [key for key in error.instance if key not in known]
        lines = [
            f"{'.'.join(filter(None, [place, str(key)]))}: unknown key; "
            f"allowed: {', '.join(known)}{nearest(key, known)}"
            for key in unknown
        ]
        return "\n".join(lines)
    if error.validator == "enum":
        allowed = error.validator_value
        return (
            f"{place}: {error.instance!r} is not allowed; it may be "
            f"{', '.join(map(str, allowed))}{nearest(error.instance, allowed)}"
        )
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f"{place or 'config'}: the key {', '.join(missing)} is missing"
    return f"{place or 'config'}: {error.message}"
