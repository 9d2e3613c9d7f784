"""The JSON schema of the config, and the messages for values that do not fit it."""

from collections.abc import Mapping
from functools import cache
from math import isfinite

from jsonschema import ValidationError

from archfront.config.model import Rules, schema_of
from archfront.config.models import Experiment
from archfront.core.registry import nearest


@cache
def schema() -> Rules:
    """The JSON schema of the config, made from :mod:`archfront.config.models`."""
    return schema_of(Experiment)


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


def not_text(value: object, place: str = "") -> list[str]:
    """A problem for each name that is no text, at any depth. YAML reads ``1:`` and ``on:`` as a
    number and a truth value."""
    inner = dict(enumerate(value)) if isinstance(value, list) else value
    if not isinstance(inner, Mapping):
        return []
    problems = []
    for key, part in inner.items():
        here = f"{place}.{key}" if place else str(key)
        if inner is value and not isinstance(key, str):
            problems.append(f"{here}: {key!r} is no text; write it in quotation marks")
        problems += not_text(part, here)
    return problems


def message(error: ValidationError) -> str:
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
