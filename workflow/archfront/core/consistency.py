"""Weights and data stay what they are while an experiment runs: one run never mixes measurements of
two of them, and no value is stored under the name of weights that it was not taken with."""

import json
from collections.abc import Mapping
from pathlib import Path

from archfront.core.files import read_json, write_json

FILE = "measured_under.json"


class ChangedMeanwhile(RuntimeError):
    """What is measured, or measured on, was replaced under the running experiment."""


def note(folder: Path, under: Mapping[str, Mapping]) -> None:
    """Beside the prepared data: what the values of each objective depend on now."""
    write_json(folder / FILE, dict(under))


def check(folder: str | Path, objective: str, under: Mapping) -> None:
    """:class:`ChangedMeanwhile` if it is not what it was when the data were prepared."""
    same(read_json(Path(folder) / FILE)[objective], json.loads(json.dumps(under)))


def same(before: Mapping, now: Mapping) -> None:
    """:class:`ChangedMeanwhile` that names what is different, if anything is."""
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    if names:
        told = [f"{n} was {before.get(n)!r} and is {now.get(n)!r}" for n in names]
        raise ChangedMeanwhile(
            f"changed while the experiment runs: {'; '.join(told)}. Nothing was stored under a "
            "wrong name. Start the run again: it measures what this changes, and finds the rest in "
            "the store"
        )
