"""The data of the page Run: the state of an experiment at one moment."""

from dataclasses import dataclass, field

import pandas as pd

from archfront.core.archive import front
from archfront.core.files import read_lines
from archfront.pages import found, runs
from archfront.pages.project import Project

LINES = 200
"""Number of lines that are shown from the end of the log."""


@dataclass
class Seen:
    """The state of an experiment at one moment.

    live:     result of :func:`archfront.pages.runs.running_experiment`; it may name another
              experiment.
    log:      the last lines of the log.
    remark:   message about an experiment that was not begun or cannot be read; otherwise empty.
    progress: one row per run.
    failures: the sub-networks with a failed measurement.
    curves:   hypervolume after each validation, by (seed, platform, tactic).
    fronts:   the fronts by ("", tactic), for each platform.
    settings: the validated config of the experiment's last run.
    """

    live: str | None
    log: str = ""
    remark: str = ""
    progress: pd.DataFrame = field(default_factory=pd.DataFrame)
    failures: pd.DataFrame = field(default_factory=pd.DataFrame)
    curves: dict = field(default_factory=dict)
    fronts: dict = field(default_factory=dict)
    settings: dict = field(default_factory=dict)


def look_at(project: Project, experiment: str) -> Seen:
    """The state of an experiment. Results that cannot be read are left out, and those that are read
    after them; the remark says why."""
    seen = Seen(runs.running_experiment(project))
    log = runs.log_of(project, experiment)
    if log.exists():
        seen.log = "\n".join(read_lines(log, errors="replace")[-LINES:])
    if experiment not in project.begun():
        seen.remark = "Not begun yet."
        return seen
    _, problem = found.tried("Cannot be read just now", _fill, seen, project, experiment)
    seen.remark = problem
    return seen


def _fill(seen: Seen, project: Project, experiment: str) -> None:
    seen.settings = found.settings_of(project, experiment)
    seen.progress = found.progress_of(project, experiment)
    seen.curves = found.curves(project, experiment)
    rows = found.measured(project, experiment)
    seen.failures = found.failures(rows)
    for platform in seen.settings["platforms"]:
        here = rows[rows["platform"] == platform] if len(rows) else rows
        seen.fronts[platform] = {
            ("", tactic): front(some, seen.settings["objectives"], seen.settings["bounds"])
            for tactic, some in (here.groupby("tactic") if len(here) else [])
        }
