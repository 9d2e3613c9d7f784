"""The JSON schema of the config, and the messages for values that do not fit it."""

import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from archfront.config.model import Rules, schema_of
from archfront.config.models import Experiment
from archfront.core.registry import TOLD, nearest, shown
from archfront.core.types import Config


def _whole(self: Any, pattern: str, text: object, part: Rules) -> Iterator[ValidationError]:
    if isinstance(text, str) and not re.fullmatch(pattern, text):
        yield ValidationError(f"{text!r} does not match {pattern!r}")


def _distinct(self: Any, asked: bool, items: object, part: Rules) -> Iterator[ValidationError]:
    if asked and isinstance(items, list) and len({json.dumps(i) for i in items}) < len(items):
        yield ValidationError(f"{items!r} has non-unique elements")


Fitting = extend(
    Draft202012Validator,
    {"pattern": _whole, "uniqueItems": _distinct},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)
"""JSON schema with three differences: 1.0 is no integer, since it is spelt differently in a path; a
pattern describes a whole text, without a line break at its end; and items are compared in linear
time."""


@cache
def schema() -> Rules:
    """The JSON schema of the config, made from :mod:`archfront.config.models`."""
    return schema_of(Experiment)


def problems_of(config: Config) -> list[str]:
    """A message for each value that does not fit the schema, at most :data:`TOLD`."""
    found = islice(Fitting(schema()).iter_errors(config), TOLD)
    return [message(error) for error in found]


def message(error: ValidationError) -> str:
    """The text of a schema error: the key, the value, the allowed values, the nearest spelling. One
    line per unknown key, else one line."""
    place = ".".join(shown(part) for part in error.absolute_path)
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        unknown = [key for key in error.instance if key not in known]
        lines = [
            f"{'.'.join(filter(None, [place, shown(key)]))}: unknown key; "
            f"allowed: {', '.join(known)}{nearest(key[:100], known)}"
            for key in unknown[:TOLD]
        ]
        return "\n".join(lines)
    if error.validator == "enum":
        allowed = error.validator_value
        return (
            f"{place}: {shown(repr(error.instance))} is not allowed; it may be "
            f"{', '.join(map(str, allowed))}{nearest(str(error.instance)[:100], allowed)}"
        )
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f"{place or 'config'}: the key {', '.join(missing)} is missing"
    if error.validator == "maxLength":
        return f"{place}: {shown(error.instance)} has more than {error.validator_value} letters"
    return f"{place or 'config'}: {shown(error.message)}"
