import os
import subprocess
import sys

import pytest
from helpers.limits import at_most
from helpers.runs import CONFIG

from archfront.core.registry import ConfigError
from archfront.pages import runs as at_work
from archfront.pages.project import Project


def test_a_run_is_seen_by_its_lock_and_no_second_one_is_started(tmp_path):
    project = Project(tmp_path)
    assert at_work.running_experiment(project) is None
    project.write(CONFIG)
    project.results.mkdir()
    holding = (
        "import fcntl, sys; f = open('results/.run.lock', 'a'); fcntl.flock(f, fcntl.LOCK_EX); "
        "print('small', file=f, flush=True); print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", holding],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout.readline() == "held\n"
    assert at_work.running_experiment(project) == "small"
    with pytest.raises(ConfigError, match="at work"):
        at_work.start(project, "experiments/small.yaml", "default")
    with pytest.raises(ConfigError, match="at work"):
        at_work.export(project, "small", {})
    other.communicate("")
    assert at_work.running_experiment(project) is None


def test_a_run_is_at_work_from_its_start_before_it_has_its_lock(tmp_path, monkeypatch):
    project, started = Project(tmp_path), []
    project.write(CONFIG)
    popen = subprocess.Popen

    def waiting(command, **options):
        options["stdin"] = subprocess.PIPE
        started.append(popen([sys.executable, "-c", "import sys; sys.stdin.read()"], **options))
        return started[-1]

    monkeypatch.setattr(at_work.subprocess, "Popen", waiting)
    at_work.start(project, "experiments/small.yaml", "default")
    assert at_work.running_experiment(project) == "small"
    for again in (
        lambda: at_work.start(project, "experiments/small.yaml", "default"),
        lambda: at_work.export(project, "small", {}),
    ):
        with pytest.raises(ConfigError, match="at work"):
            again()
    assert len(started) == 1
    started[0].communicate()
    assert at_work.running_experiment(project) is None


def test_two_exports_do_not_write_one_choice(tmp_path, monkeypatch):
    project, refused = Project(tmp_path), []
    project.folder("small").mkdir(parents=True)

    def exporting(*_):
        with pytest.raises(ConfigError, match="Another export is at work"):
            at_work.export(project, "small", {"row": 2})
        refused.append((project.folder("small") / "export.yaml").read_text())

    monkeypatch.setattr(at_work, "_snakemake", exporting)
    for _ in range(2):
        at_work.export(project, "small", {"row": 1})
    assert refused == ["export: {row: 1}\n"] * 2


@pytest.mark.parametrize("kind", ["link", "link inside", "pipe"])
def test_the_log_of_a_run_is_a_regular_file(tmp_path, monkeypatch, kind):
    project, started = Project(tmp_path / "in"), []
    project.write(CONFIG)
    other = tmp_path / ("in/other" if kind == "link inside" else "other")
    other.write_text("kept")
    log = at_work.log_of(project, "small")
    log.parent.mkdir(parents=True)
    os.mkfifo(log) if kind == "pipe" else log.symlink_to(other)
    monkeypatch.setattr(at_work.subprocess, "Popen", lambda *_, **__: started.append(1))
    with at_most(20), pytest.raises((ConfigError, OSError), match=r"outside|no regular file"):
        at_work.start(project, "experiments/small.yaml", "default")
    assert other.read_text() == "kept" and not started


def test_the_lock_of_a_run_is_no_link_out_of_the_project(tmp_path):
    project = Project(tmp_path / "in")
    project.results.mkdir(parents=True)
    (project.results / ".run.lock").symlink_to(tmp_path / "secret")
    with pytest.raises(ConfigError, match="outside the project"):
        at_work.running_experiment(project)
