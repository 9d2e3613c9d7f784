"""The files of a finished experiment, written by hand: with the columns that a test is about."""

from pathlib import Path

import pandas as pd

from archfront.config.experiment import validated
from archfront.core.files import write_table

SMALL = {
    "experiment": "small",
    "supernet": "instant:Instant",
    "platforms": {"single": {"batch_size": 1}, "batched": {"batch_size": 8}},
    "objectives": ["top1", "latency"],
    "tactics": ["full", "concurrent"],
    "seeds": [1, 2],
    "sampling": {"count": 12},
    "learning_curve": {"rows": [5]},
    "popdb": {"enabled": False},
}

BOX = {
    "objectives": ["top1", "latency"],
    "reference": {"top1": 60.0, "latency": 10.0},
    "ideal": {"top1": 80.0, "latency": 0.0},
    "bounds": {},
}
"""A platform's reference: the box from 60 % and 10 ms to 80 % and 0 ms has the hypervolume 1."""


def experiment(**changes: object) -> dict:
    """The validated config of a small experiment, with these keys changed."""
    config = SMALL | changes
    return validated({"export": {"tactic": config["tactics"][0]}} | config)


def write_rows(path: Path, columns: str, *rows: tuple) -> None:
    """A CSV file. ``columns`` names the columns, with blanks between the names."""
    write_table(path, pd.DataFrame(rows, columns=columns.split()))


def files_below(folder: Path) -> list[str]:
    """The paths of all files below the folder, relative to it, sorted."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def rows_of(table: pd.DataFrame, columns: str) -> list[tuple]:
    """The rows of these columns, to compare with rows written by hand."""
    return list(table[columns.split()].itertuples(index=False, name=None))
