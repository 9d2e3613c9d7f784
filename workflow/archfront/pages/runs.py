"""Runs, started, stopped and watched as on the command line. A page only sends requests. A run is a
separate process that goes on with or without an open page."""

import os
import subprocess
import sys
import threading
from pathlib import Path

from archfront.config.layout import CONFIG
from archfront.core.files import open_regular, read_text, write_text
from archfront.core.processes import live_snakemakes, lock_holders
from archfront.core.project import SNAKEFILE, WORKFLOW
from archfront.core.registry import ConfigError
from archfront.pages.project import Project, as_yaml

UNNAMED = "?"
"""Stands for the name of the experiment if Snakemake was started directly. Such a run does not tell
the name of its experiment."""


_STARTED: dict[Path, tuple[str, subprocess.Popen]] = {}
"""The last run that :func:`start` has started in a project's folder, with its experiment's name. A
run is at work from its start; it takes its lock only after Python has started."""
_EXPORT = threading.Lock()


def running_experiment(project: Project) -> str | None:
    """The name of the experiment that is running now, started by a page or by a command line on
    this computer; :data:`UNNAMED` if the name is unknown; None if no run is at work. ConfigError if
    the lock of the runs leads out of the project."""
    lock = project.inside("results/.run.lock")
    if lock_holders(lock):
        return read_text(lock).strip() or UNNAMED
    experiment, process = _STARTED.get(project.root, ("", None))
    if process is not None and process.poll() is None:
        return experiment
    return UNNAMED if live_snakemakes(project.root) else None


def profiles() -> list[str]:
    """Names of the Snakemake profiles that a run can use."""
    return sorted(path.parent.name for path in (WORKFLOW / "profiles").glob("*/config*.yaml"))


def log_of(project: Project, experiment: str) -> Path:
    return project.folder(experiment) / "logs" / "run.log"


def start(project: Project, path: str, profile: str) -> None:
    """Start or continue the run of an experiment's file. The run goes on after this process ends.

    ConfigError if a run is at work on these results, or if the profile is unknown. OSError if the
    log is no regular file.
    """
    if running_experiment(project) is not None:
        raise ConfigError("Another run is at work on these results; wait for it, or stop it.")
    if profile not in profiles():
        raise ConfigError(f"profile: {profile!r} is none of {', '.join(profiles())}")
    experiment = str(project.read(path).get("experiment", ""))
    log = log_of(project, experiment)
    log.parent.mkdir(parents=True, exist_ok=True)
    elsewhere = [] if profile == "default" else ["--profile", str(WORKFLOW / "profiles" / profile)]
    asked = [sys.executable, "-u", str(WORKFLOW / "run.py"), "--configfile", path, *elsewhere]
    with open(open_regular(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as output:
        process = subprocess.Popen(
            asked,
            cwd=project.root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _STARTED[project.root] = experiment, process


def stop(project: Project, experiment: str) -> subprocess.CompletedProcess:
    """Call ``snakemake stop``. The loops of the run then end after their current iterations."""
    return _snakemake(project, ["stop"], [project.folder(experiment) / CONFIG])


def export(project: Project, experiment: str, chosen: dict) -> subprocess.CompletedProcess:
    """Call ``snakemake export`` with ``chosen`` as the section ``export`` of the config.

    The section is kept in ``export.yaml``, beside the copy of the config in the results.
    ConfigError if a run is at work on these results, or another export of these pages.
    """
    if running_experiment(project) is not None:
        raise ConfigError("A run is at work on these results; export when it has ended.")
    if not _EXPORT.acquire(blocking=False):
        raise ConfigError("Another export is at work; export when it has ended.")
    try:
        folder = project.folder(experiment)
        choice = folder / "export.yaml"
        write_text(choice, as_yaml({"export": chosen}))
        return _snakemake(project, ["export"], [folder / CONFIG, choice])
    finally:
        _EXPORT.release()


def _snakemake(
    project: Project, targets: list[str], configs: list[Path]
) -> subprocess.CompletedProcess:
    asked = [sys.executable, "-m", "snakemake", "--snakefile", str(SNAKEFILE)]
    asked += ["--configfile", *map(str, configs), "--", *targets]
    return subprocess.run(asked, cwd=project.root, capture_output=True, text=True)
