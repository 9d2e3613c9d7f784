"""Checks that weights and data do not change while an experiment runs.

A run never mixes measurements of different weights or data. A value is never stored under the
digest of weights that it was not measured with.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from archfront.core.files import read_json, write_json
from archfront.core.types import Facts

FILE = "measured_under.json"


class ChangedMeanwhile(RuntimeError):
    """Weights, data or another fact behind the measurements changed while the experiment runs."""


def note(folder: Path, under: Mapping[str, Facts]) -> None:
    """Write to ``folder``, beside the prepared data, the facts that the values of each objective
    depend on now. ``under`` maps the name of an objective to these facts."""
    write_json(folder / FILE, dict(under))


def check(folder: str | Path, objective: str, under: Facts) -> None:
    """Raise :class:`ChangedMeanwhile` if the facts ``under`` of an objective differ from the facts
    that :func:`note` wrote when the data were prepared."""
    same(read_json(Path(folder) / FILE)[objective], json.loads(json.dumps(under)))


def same(before: Facts, now: Facts) -> None:
    """Raise :class:`ChangedMeanwhile` if the facts differ; its message names each changed fact."""
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    if names:
        told = [f"{n} was {before.get(n)!r} and is {now.get(n)!r}" for n in names]
        raise ChangedMeanwhile(
            f"changed while the experiment runs: {'; '.join(told)}. Nothing was stored under a "
            "wrong name. Start the run again: it measures what this changes, and finds the rest in "
            "the store"
        )
