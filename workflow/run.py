"""`make run`: runs the experiment with Snakemake, writes the report, and prints a short summary.

The program holds a lock until it ends, so that two runs never work on the same results. Only with
this lock held, and without a living Snakemake, it removes the locks of a killed Snakemake and
cancels an earlier `snakemake stop`. The program works in the current folder, or in the folder that
`--directory` names. The program merges the configs of `--configfile` and `--config`, and Snakemake
reads a copy of the result. All other arguments go to Snakemake unchanged. A dry run only says what
would run.
"""

import argparse
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import yaml
from snakemake.cli import get_argument_parser, parse_config
from snakemake.utils import update_config

from archfront.config.experiment import read, validated
from archfront.config.layout import CONFIG, DATA, MEASURED, REPORT, STOP, SUMMARY, OnPlatform, Run
from archfront.config.queries import runs, validated_objectives
from archfront.core.archive import check_archive, concatenated
from archfront.core.files import (
    forget_emptied,
    open_regular,
    read_json,
    read_table,
    write_text,
)
from archfront.core.processes import has_locks, live_snakemakes
from archfront.measurement.store import MeasurementStore
from archfront.supernets.registry import supernet

RESULTS = Path("results")
SNAKEFILE = Path(__file__).parents[1] / "Snakefile"
UNASKED = "ignore:coroutine 'InputFiles._predicated_size_files:RuntimeWarning"
"""Filter for a warning about Snakemake's code, which the report prints many times, just above the
summary."""
GRACE = 5.0
"""Seconds in which Snakemake ends if it was interrupted together with this process."""
CALL = [sys.executable, "-W", UNASKED, "-m", "snakemake"]


def main(arguments: list[str]) -> int:
    here = Path.cwd()
    try:
        config, others = config_of(arguments)
        asked = options(others)
        enter(asked.directory)
        settings = validated(config)
    except (OSError, yaml.YAMLError, ValueError) as error:
        print(f"The config is not valid:\n{error}", file=sys.stderr)
        return 2
    try:
        RESULTS.mkdir(exist_ok=True)
        place = RESULTS / ".run.lock"
        opened = open_regular(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        lock = os.fdopen(opened, "a", encoding="utf-8", newline="")
    except OSError as error:
        print(f"Results cannot be written: {error}", file=sys.stderr)
        return 1
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another run is at work on these results; wait for it, or stop it.")
            return 1
        if living := live_snakemakes(Path.cwd()):
            told = ", ".join(map(str, living))
            print(f"A Snakemake is at work here (process {told}); wait for it, or stop it.")
            return 1
        lock.truncate(0)
        print(settings["experiment"], file=lock, flush=True)
        # Snakemake reads this copy on every node. An edit during the run affects only the next run.
        # The copy is ASCII, since Snakemake reads it in the encoding of the locale.
        copy = RESULTS / settings["experiment"] / CONFIG
        write_text(copy, yaml.safe_dump(config, sort_keys=False))
        keep_caches()
        call = partial(snakemake, others=others, copy=copy, here=here, lock=lock.fileno())
        if asked.dryrun:
            return call(again(RESULTS / settings["experiment"], []))
        return run(settings, call)


def run(settings: dict, call: Callable[[list[str]], int]) -> int:
    """Remove old locks of Snakemake and emptied files, run Snakemake, and print the summary.

    ``call`` runs Snakemake with further options. Returns Snakemake's exit status.
    """
    folder = RESULTS / settings["experiment"]
    emptied = [folder / DATA] if forget_emptied([folder / DATA]) else []
    emptied += forget_emptied(path for path in folder.rglob("*") if path.is_file())
    (folder / STOP).unlink(missing_ok=True)
    if has_locks(Path.cwd()):  # else a Snakemake that starts at this moment would lose its lock
        status = call(["--unlock", "--quiet", "all"])
        if status:
            return status
    store = RESULTS / "store"
    kinds = validated_objectives(settings)
    before = taken(store, kinds)
    report = folder / REPORT
    display = ["--logger", "rich"] if sys.stderr.isatty() else []
    after = ["--report", str(report.absolute()), "--report-after-run"]
    status = call([*display, *again(folder, emptied), *after])
    if status == 0 and (folder / SUMMARY).exists():
        if foreign := of_another_space(settings, folder):
            told = "To search this one, add the options --forcerun sample_subnetworks sample_start"
            print(f"Results of another search space: {foreign}\n{told}", file=sys.stderr)
            return 1
        account(settings, folder, taken(store, kinds) - before)
        print(f"Report: {report}")
    return status


def snakemake(own: list[str], others: list[str], copy: Path, here: Path, lock: int) -> int:
    """Run Snakemake; its exit status, or 130 after Ctrl-C.

    own:    options of this call.
    others: the user's arguments.
    copy:   the config.
    here:   the folder that the user's paths are relative to.
    lock:   a file descriptor that Snakemake inherits, so that the lock is held while Snakemake
            lives, even if this process is killed.
    """
    # An option with one value stands last, so that the user's targets are not taken for values.
    command = [*CALL, "--configfile", copy.absolute(), *own, "--snakefile", SNAKEFILE, *others]
    interrupted = False
    with subprocess.Popen(command, cwd=here, pass_fds=[lock]) as begun:
        while begun.returncode is None:
            try:
                begun.wait()
            except KeyboardInterrupt:  # Snakemake ends its jobs and gives its locks back
                interrupted = True
                if not sys.stdin.isatty():  # a terminal interrupts Snakemake as well
                    with suppress(subprocess.TimeoutExpired):
                        begun.wait(GRACE)
                    begun.send_signal(signal.SIGINT)  # it does nothing to a process that has ended
    if interrupted:
        print("Interrupted. The next run goes on from here.", file=sys.stderr)
        return 130
    return begun.returncode


def options(others: list[str]) -> argparse.Namespace:
    """The user's arguments as Snakemake parses them. A wrong option ends the program."""
    return get_argument_parser().parse_args(others)


def enter(directory: Path | None) -> None:
    """Go to the folder of ``--directory``. Relative folders in PYTHONPATH stay where they are."""
    if directory is not None:
        if paths := os.environ.get("PYTHONPATH"):
            whole = map(os.path.abspath, paths.split(os.pathsep))
            os.environ["PYTHONPATH"] = os.pathsep.join(whole)
        directory.mkdir(parents=True, exist_ok=True)
        os.chdir(directory)


def keep_caches() -> None:
    """Keep the caches of Snakemake, numba and matplotlib in the results if the user's folder for
    caches cannot be written."""
    usual = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    try:
        os.makedirs(usual, exist_ok=True)
        writable = os.access(usual, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        own = (RESULTS / ".cache").absolute()
        os.environ["XDG_CACHE_HOME"] = str(own)
        os.environ["MPLCONFIGDIR"] = str(own / "matplotlib")


def config_of(arguments: list[str]) -> tuple[dict, list[str]]:
    """The config that Snakemake would make of these arguments, and the remaining arguments."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--configfile", "--configfiles", nargs="+")
    parser.add_argument("--config", "-C", nargs="*", default=[])
    found, others = parser.parse_known_args(arguments)
    usual = [(options(others).directory or Path()) / "config.yaml"]
    config: dict = {}
    for path in found.configfile or usual:
        update_config(config, read(path))
    update_config(config, parse_config(found.config))
    return config, others


def again(folder: Path, emptied: list[Path]) -> list[str]:
    """The options that make Snakemake repeat jobs. These are the jobs of the ``emptied`` files,
    since Snakemake does not miss an intermediate file while the files that follow from it are
    there; and, if a verdict has the reason ``stopped``, the jobs that conclude iterations, so that
    a new run continues a stopped run."""
    forced = [str(path) for path in emptied]
    verdicts = folder.glob(Run("*", "*", "*").iteration("*").verdict)
    if any(read_json(verdict)["reason"] == "stopped" for verdict in verdicts):
        forced.append("conclude_iteration")
    return ["--forcerun", *forced] if forced else []


def taken(store: Path, objectives: list[str]) -> int:
    """The number of successful measurements of these objectives in the store."""
    held = MeasurementStore(store).measurements()
    return sum(m.key.get("objective") in objectives for m in held if not m.failed)


def of_another_space(settings: dict, folder: Path) -> str:
    """The first archive of the experiment whose sub-networks are not in the search space, and why;
    empty if there is none. Snakemake does not see such archives if its notes on them are lost."""
    space = supernet(settings).space
    for archive in (folder / Run(*place).archive for place in runs(settings)):
        try:
            if archive.exists():
                check_archive(space, archive)
        except ValueError as error:
            return str(error)
    return ""


def account(settings: dict, folder: Path, new: int) -> None:
    """Print the table of results, the reference points of the hypervolumes, the number of
    sub-networks that were set aside, the remarks of the super-network, and the numbers of new and
    of known measurements."""
    summary = read_table(folder / SUMMARY)
    shown = summary.drop(
        columns=["knee", "knee_params", "knee_normalised_latency", "remarks"], errors="ignore"
    )
    print(f"\n{shown.to_string(index=False, float_format='{:.4g}'.format)}\n")
    print("knee_...: the sub-network at the knee of the measured front")
    for name in settings["platforms"]:
        reference = read_json(folder / OnPlatform(name).reference)
        print(f"Hypervolume on {name}: reference {rounded(reference['reference'])}, "
              f"unit up to {rounded(reference['ideal'])}")  # fmt: skip
    measured = concatenated(folder.glob(MEASURED))
    aside = measured[measured["value"].isna()]
    if len(aside):
        print(f"Set aside: {aside['digest'].nunique()} sub-networks with a failed measurement; "
              f"most often: {aside['reason'].mode()[0]}")  # fmt: skip
    for remark in supernet(settings).remarks(settings["measurement"]):
        print(f"Remember: {remark}")
    kinds = " and ".join(validated_objectives(settings))
    found = len(measured) - len(aside) - new
    print(f"Measurements of {kinds}: {new} taken in this run, {found} found in the store")


def rounded(values: dict) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in values.items())


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # a locale may lack characters of the remarks
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
