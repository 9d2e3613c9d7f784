"""Reading of the user's files. A ConfigError names the file and the place in it."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import is_numeric_dtype

from archfront.config.model import Rules
from archfront.config.schema import Fitting
from archfront.core.archive import read_archive
from archfront.core.files import check_regular, read_text
from archfront.core.objective import OBJECTIVES
from archfront.core.population_table import read_population
from archfront.core.registry import ConfigError, shown
from archfront.core.space import Configuration, SearchSpace
from archfront.core.types import Facts, Indices

LARGEST = 20_000_000
"""The largest number of bytes of a user's file."""
CONFIGURATIONS = {
    "type": "array",
    "items": {"type": "object", "additionalProperties": {"type": "array"}},
}
CONSTRAINT = {
    "type": "object",
    "required": ["allowed"],
    "properties": {
        "allowed": {"type": "object", "additionalProperties": {"type": "array"}},
        "coupled": {
            "type": "object",
            "additionalProperties": {
                "type": "array",
                "items": {"type": "array", "minItems": 2, "maxItems": 2},
            },
        },
    },
}

PROPOSALS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["seed", "platform", "tactic", "iteration", "configurations"],
        "properties": {
            "seed": {"type": "integer", "minimum": 0},
            "platform": {"type": "string"},
            "tactic": {"type": "string"},
            "iteration": {"type": "integer", "minimum": 1},
            "configurations": CONFIGURATIONS,
        },
    },
}


def configurations(path: str | Path, space: SearchSpace) -> list[Configuration]:
    """The configurations in a JSON file: a list of mappings from a kind of elastic parameter to a
    list of values. ConfigError if one is no sub-network of ``space``."""
    content: list[Configuration] = _json(path, CONFIGURATIONS)
    try:
        space.encode(content)
    except (ValueError, TypeError) as error:
        raise ConfigError(f"{path}: {shown(str(error))}") from error
    return content


def records_of_proposals(path: str | Path) -> list[Facts]:
    """A record of a run's proposals: see :mod:`archfront.config.recorded_proposals`."""
    records: list[Facts] = _json(path, PROPOSALS)
    return records


def constraint(path: str | Path) -> Facts:
    """A constraint's ``allowed`` (name -> values) and ``coupled`` (name -> pairs of values)."""
    content: Facts = _json(path, CONSTRAINT)
    return content


def found_before(path: str | Path, space: SearchSpace) -> tuple[pd.DataFrame, Indices]:
    """The table of a ``front.csv`` or an ``archive.csv``, and its population (int16 ``n x p``).
    ConfigError if it is no table of sub-networks of ``space``."""
    try:
        check_regular(path, LARGEST)
        table = read_archive(path)
        for name in OBJECTIVES:
            if name in table and not is_numeric_dtype(table[name]):
                raise ValueError(f"the column {name!r} holds something else than numbers")
        return table, read_population(space, table)
    except (ValueError, TypeError, OSError) as error:
        raise ConfigError(f"{path}: {shown(str(error))}") from error


def _json(path: str | Path, schema: Rules) -> Any:
    try:
        check_regular(path, LARGEST)
        content = json.loads(read_text(path), object_pairs_hook=_once)
    except (ValueError, OSError, RecursionError) as error:
        raise ConfigError(f"{path}: no JSON file: {shown(str(error))}") from error
    for wrong in Fitting(schema).iter_errors(content):
        place = shown("".join(f"[{part!r}]" for part in wrong.absolute_path))
        raise ConfigError(f"{path}: {place}{': ' if place else ''}{shown(wrong.message)}")
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The mapping of these names and values. ValueError if a name is there twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, n in Counter(name for name, _ in pairs).items() if n > 1)
        raise ValueError(f"the name {twice!r:.200} is there twice in one mapping")
    return found
