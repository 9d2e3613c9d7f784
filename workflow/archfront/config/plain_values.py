"""The values that a config may hold: texts, finite numbers, truth values, null, lists, and mappings
whose keys are texts. YAML can express others, and more of them than the memory holds."""

from collections.abc import Iterator, Mapping
from math import isfinite

import yaml

from archfront.core.registry import ConfigError
from archfront.core.types import Config

MOST, DEEPEST = 50_000, 20
"""The largest size and the greatest depth of a config. The size is the number of values and of
characters, with each alias replaced by the value that it stands for."""
LARGEST = 2**63 - 1
"""The largest integer. The smallest one is its opposite."""
TOO_LARGE = f"more than {MOST:,} values and characters; a config may have no more"
TOO_DEEP = f"more than {DEEPEST} levels of nesting, or an alias of a value that it is a part of"

# The loader in C is faster. PyYAML has it if it was built with libyaml.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parsed(text: str) -> object:
    """The value of a YAML document.

    ConfigError, with the line, for text that is no YAML, for a key that a mapping has twice, and
    for values that are too large, nested too deeply or parts of themselves. No value is made before
    these checks.
    """
    try:
        _check(text)
        return yaml.load(text, Loader=Loader)
    except ConfigError:
        raise
    except yaml.YAMLError as error:
        raise ConfigError(str(error)) from error
    except (ValueError, OverflowError) as error:  # 2024-99-99, or a number of 5,000 digits
        raise ConfigError(f"a value cannot be read: {error}") from error


def unfit(config: Config) -> list[str]:
    """A problem for each value, at any depth, that a config may not hold. ConfigError if the config
    is too large or nested too deeply."""
    return list(_unfit(config, "", 0, [0]))


def shown(value: object) -> str:
    """A key or a value as a text of one line, at most 200 characters long."""
    try:
        text = value if isinstance(value, str) and value.isprintable() else ascii(value)
    except ValueError:  # of an integer with more than 4,300 digits
        text = f"a {type(value).__name__}"
    return text if len(text) <= 200 else f"{text[:95]} ... {text[-95:]}"


def _unfit(value: object, place: str, depth: int, sizes: list[int]) -> Iterator[str]:
    """The problems of a value at a place. ``sizes`` collects the sizes of all values so far."""
    sizes[0] += 1 + (len(value) if isinstance(value, str) else 0)
    if depth > DEEPEST or sizes[0] > MOST:
        raise ConfigError(f"{shown(place)}: {TOO_DEEP if depth > DEEPEST else TOO_LARGE}")
    if isinstance(value, Mapping | list):
        pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, part in pairs:
            here = f"{place}.{shown(key)}" if place else shown(key)
            if isinstance(value, Mapping) and not isinstance(key, str):
                yield f"{here}: {shown(key)} is no text; write it in quotation marks"
            yield from _unfit(part, here, depth + 1, sizes)
    elif isinstance(value, float):
        if not isfinite(value):
            yield f"{place}: {value} is not allowed; a finite number"
    elif isinstance(value, int):
        if abs(value) > LARGEST:
            yield f"{place}: an integer beyond {LARGEST} is not allowed"
    elif isinstance(value, str):
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            yield f"{place}: {shown(value)} holds half a character, which no file can hold"
    elif value is not None:
        kind = type(value).__name__
        yield f"{place}: {shown(value)} is a {kind}; write it in quotation marks"


def _check(text: str) -> None:
    """Raise ConfigError for a document that :func:`parsed` refuses, from its events."""
    anchors: dict[str, tuple[int, str | None]] = {}
    """Size and text of the values with an anchor. The text is None for a list or a mapping."""
    outer = [_Open(None, False)]
    for event in yaml.parse(text, Loader=Loader):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in [one.anchor for one in outer]:
                raise ConfigError(f"line {line}: {TOO_DEEP}")
            outer[-1].add(*anchors.get(event.anchor, (1, None)), line)
        elif isinstance(event, yaml.ScalarEvent):
            told = 1 + len(event.value), event.value
            outer[-1].add(*told, line)
            if event.anchor:
                anchors[event.anchor] = told
        elif isinstance(event, yaml.CollectionStartEvent):
            outer.append(_Open(event.anchor, isinstance(event, yaml.MappingStartEvent)))
        elif isinstance(event, yaml.CollectionEndEvent):
            done = outer.pop()
            outer[-1].add(done.size, None, line)
            if done.anchor:
                anchors[done.anchor] = done.size, None
        if len(outer) > DEEPEST + 1:
            raise ConfigError(f"line {line}: {TOO_DEEP}")
        if sum(one.size for one in outer) > MOST:
            raise ConfigError(f"line {line}: {TOO_LARGE}")


class _Open:
    """A list or mapping whose end the events have not reached."""

    def __init__(self, anchor: str | None, is_mapping: bool):
        self.anchor, self.is_mapping = anchor, is_mapping
        self.size, self.at_key = 1, True
        self.keys: dict[str, int] = {}

    def add(self, size: int, text: str | None, line: int) -> None:
        """Add a key, a value or an item. ``text`` is that of a scalar, else None."""
        self.size += size
        if self.is_mapping and self.at_key and text is not None:
            if text in self.keys and text != "<<":
                raise ConfigError(
                    f"line {line}: the key {shown(text)} is in line {self.keys[text]} already; "
                    "write it once"
                )
            self.keys[text] = line
        self.at_key = not self.at_key
