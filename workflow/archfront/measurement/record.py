"""The records of the measurement store: what a line of a segment may hold.

A record is a JSON object. One with ``key`` is a measurement, one with ``facts`` is the description
of a session. An object with neither is a record of a newer version. Fields without a rule are those
of a newer version, too: readers ignore both.
"""

import json
import re
import sys
from collections.abc import Callable
from typing import Any

from archfront.core.types import Facts

LATEST = 9e9
"""Latest time in seconds since the epoch (the year 2255). pandas has no times after 2262."""


def _text(value: Any) -> bool:
    """Whether a value is text that can be printed: half a surrogate pair cannot."""
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def _number(value: Any) -> bool:
    """Whether a value is a finite number. JSON has integers that no float can hold."""
    usual = isinstance(value, int | float) and not isinstance(value, bool)
    return usual and abs(value) <= sys.float_info.max


def _time(value: Any) -> bool:
    return _number(value) and 0 <= value <= LATEST


def _uncertainty(value: Any) -> bool:
    """NaN and infinity are allowed: older versions wrote them."""
    return value is None or _number(value) or isinstance(value, float)


def _detail(value: Any) -> bool:
    """``together`` divides the time of a measurement."""
    return isinstance(value, dict) and (
        "together" not in value or (_number(value["together"]) and value["together"] >= 1)
    )


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_text, value))


Rule = tuple[str, Callable[[Any], bool]]
TEXT: Rule = "text", _text
OBJECT: Rule = "an object", lambda value: isinstance(value, dict)
SECONDS: Rule = f"a number of seconds, 0 to {LATEST:.0e}", _time

MEASUREMENT: dict[str, Rule] = {
    "key": OBJECT,
    "value": ("a finite number or null", lambda value: value is None or _number(value)),
    "spread": ("a number or null", _uncertainty),
    "reason": TEXT,
    "started": SECONDS,
    "finished": SECONDS,
    "session": TEXT,
    "detail": ("an object whose `together` is at least 1", _detail),
}
KEY: dict[str, Rule] = {
    "objective": TEXT,
    "protocol": ("an integer", lambda value: isinstance(value, int)),
    "supernet": TEXT,
    "configuration": OBJECT,
    "platform": OBJECT,
}
SESSION: dict[str, Rule] = {"session": TEXT, "facts": OBJECT}
FACTS: dict[str, Rule] = {
    "host": TEXT,
    "processor": TEXT,
    "identity": TEXT,
    "gpus": ("a list of texts", _texts),
}


def record_of(text: bytes) -> Facts:
    """The record in the JSON of a line. ValueError, with field, value and what is allowed, if the
    JSON is none, or a field has a value that no reader can use."""
    try:
        record = json.loads(text.decode())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"no JSON: {error}") from error
    if not isinstance(record, dict):
        raise ValueError(f"{_shown(record)} is no record; a record is a JSON object")
    if "key" in record:
        _check(record, MEASUREMENT, {"value"})
        _check(record["key"], KEY, set(), "key.")
    elif "facts" in record:
        _check(record, SESSION, {"session"})
        _check(record["facts"], FACTS, set(), "facts.")
    return record


def _check(fields: Facts, rules: dict[str, Rule], needed: set[str], where: str = "") -> None:
    missing = sorted(needed - set(fields))
    if missing:
        raise ValueError(f"{where}{missing[0]} is missing")
    for name, (allowed, holds) in rules.items():
        if name in fields and not holds(fields[name]):
            raise ValueError(f"{where}{name} is {_shown(fields[name])}; it must be {allowed}")


def _shown(value: object) -> str:
    """A value as JSON, cut to a length for a message."""
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:40]}..."
