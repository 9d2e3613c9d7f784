"""The values that a config may hold: texts, finite numbers, truth values, null, lists, and mappings
whose keys are texts. YAML can express others, and more of them than the memory holds."""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

import yaml

from archfront.core.registry import ConfigError, shown
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
    """The value of a YAML document. An alias gives a copy of what it stands for.

    ConfigError, with the line, for text that is no YAML, for a key that a mapping has twice, and
    for values that are too large, nested too deeply or parts of themselves. No value is made before
    these checks.
    """
    try:
        _check(text)
        return copied(yaml.load(text, Loader=_Reader))
    except ConfigError:
        raise
    except yaml.YAMLError as error:
        raise ConfigError(str(error)) from error
    except ValueError as error:  # half a character
        raise ConfigError(f"the text cannot be read: {error}") from error


def unfit(config: Config) -> list[str]:
    """A problem for each value, at any depth, that a config may not hold. ConfigError if the config
    is too large or nested too deeply."""
    return list(_unfit(config, "", 0, [0]))


def copied(value: Any) -> Any:
    """A copy of a value in which no list and no mapping is there twice: ``deepcopy`` keeps what
    aliases share, and a change of one section would change the other."""
    if isinstance(value, Mapping):
        return {key: copied(part) for key, part in value.items()}
    return [copied(part) for part in value] if isinstance(value, list) else value


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
            outer[-1].add(*anchors.get(event.anchor, (1, f"*{event.anchor}")), line)
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


class _Reader(Loader):  # type: ignore[misc, valid-type]
    """A loader whose errors name the line."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> object:
        try:
            return super().construct_object(node, deep)
        except (ConfigError, yaml.YAMLError):
            raise
        except Exception as error:  # 2024-99-99, 5,000 digits, or any of them for !!bool foo
            kind = node.tag.removeprefix("tag:yaml.org,2002:")
            text = shown(node.value) if isinstance(node, yaml.ScalarNode) else "a list or mapping"
            raise ConfigError(
                f"line {node.start_mark.line + 1}: a value cannot be read: {text!r} is nothing of "
                f"the YAML type {shown(kind)}"
            ) from error


class _Open:
    """A list or mapping whose end the events have not reached."""

    def __init__(self, anchor: str | None, is_mapping: bool):
        self.anchor, self.is_mapping = anchor, is_mapping
        self.size, self.at_key = 1, True
        self.keys: dict[str, int] = {}

    def add(self, size: int, text: str | None, line: int) -> None:
        """Add a key, a value or an item. ``text`` is that of a scalar, else None."""
        self.size += size
        if self.is_mapping and self.at_key:
            if text is None:
                raise ConfigError(f"line {line}: a key is a list or a mapping; it must be a text")
            if text in self.keys and text != "<<":
                raise ConfigError(
                    f"line {line}: the key {shown(text)} is in line {self.keys[text]} already; "
                    "write it once"
                )
            self.keys[text] = line
        self.at_key = not self.at_key
