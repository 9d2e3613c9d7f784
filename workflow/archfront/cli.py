"""The command ``archfront``: the list of past runs, and maintenance of the measurement store."""

import argparse
import sys
from pathlib import Path

from archfront.analytics.results import runs
from archfront.measurement.store import MeasurementStore
from archfront.measurement.store_maintenance import (
    adopt,
    compact,
    damages,
    export_store,
    import_store,
    summary,
)


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit status.

    The status is 1 if the command fails, if ``check`` or ``import`` finds a damaged file or line,
    or if ``import`` finds a value that differs from the store. It is 0 otherwise.
    """
    parser = argparse.ArgumentParser(prog="archfront", description=__doc__)
    rooms = parser.add_subparsers(dest="room", required=True)
    past = rooms.add_parser("runs", help="the runs of all finished experiments")
    past.add_argument("--results", type=Path, default=Path("results"), metavar="FOLDER")
    room = rooms.add_parser("store", help="the measurement store")
    room.add_argument("--store", type=Path, default=Path("results/store"), metavar="FOLDER")
    commands = room.add_subparsers(dest="command", required=True)
    for name, run, told in (
        ("check", _check, "say what is in it, and what is damaged"),
        ("export", _export, "write all of it to FILE"),
        ("import", _import, "take in an export"),
        ("adopt", _adopt, "take measurements under another name of this machine for its own"),
        ("compact", _compact, "merge its files, and set damaged ones aside"),
    ):
        command = commands.add_parser(name, help=told)
        command.set_defaults(run=run)
        if name in ("export", "import"):
            command.add_argument("file", type=Path)
        if name == "adopt":
            command.add_argument(
                "processor", nargs="?", help="the other name; the model name if it is not given"
            )
    given = parser.parse_args(arguments)
    if given.room == "store" and given.command != "import" and not given.store.is_dir():
        print(f"{given.store} is no folder; --store names the measurement store", file=sys.stderr)
        return 1
    try:
        if given.room == "runs":
            return _runs(given.results)
        return given.run(MeasurementStore(given.store), given)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


def _runs(results: Path) -> int:
    if not results.is_dir():
        print(f"{results} is no folder; --results names the folder of all results", file=sys.stderr)
        return 1
    table, unreadable = runs(results)
    if len(table):
        print(table.to_string(index=False, na_rep="", float_format="{:.3g}".format))
    elif not unreadable:
        print(f"no experiment in {results} has finished")
    for text in unreadable:
        print(f"not listed: {text}", file=sys.stderr)
    return 0


def _check(store: MeasurementStore, given: argparse.Namespace) -> int:
    table, wrong = summary(store), damages(store)
    print(table.to_string(index=False) if len(table) else "no measurements")
    files = len(store.segments())
    print(f"{files} files, {'all sound' if not wrong else f'{len(wrong)} damaged:'}")
    for line in wrong:
        print(line)
    return 1 if wrong else 0


def _export(store: MeasurementStore, given: argparse.Namespace) -> int:
    print(f"{export_store(store, given.file)} measurements written to {given.file}")
    return 0


def _import(store: MeasurementStore, given: argparse.Namespace) -> int:
    new, left_out = import_store(store, given.file)
    print(f"{new} new measurements taken into {store.folder}")
    for text in left_out:
        print(text, file=sys.stderr)
    return 1 if left_out else 0


def _adopt(store: MeasurementStore, given: argparse.Namespace) -> int:
    print(f"{adopt(store, given.processor)} measurements adopted")
    return 0


def _compact(store: MeasurementStore, given: argparse.Namespace) -> int:
    merged, aside = compact(store)
    print(f"{merged} files merged" if merged else "nothing to merge")
    for path in aside:
        print(f"damaged, set aside: {path}")
    return 0
