import pytest
from helpers.past_run import past_run

from archfront.core.registry import ConfigError
from archfront.pages.project import Project
from archfront.pages.watch import look_at


def test_the_state_of_a_run_holds_its_fronts_and_its_log(tmp_path):
    project, _ = Project(tmp_path), past_run(tmp_path / "results", "mine")
    log = project.folder("mine") / "logs/run.log"
    log.parent.mkdir()
    log.write_text("begun\n")
    seen = look_at(project, "mine")
    assert (seen.live, seen.log, seen.remark) == (None, "begun", "")
    assert len(seen.fronts["single"]["", "full"]) and not seen.fronts["batched"]
    assert look_at(project, "other").remark == "Not begun yet."


def test_an_unreadable_config_leaves_the_log(tmp_path):
    project, _ = Project(tmp_path), past_run(tmp_path / "results", "mine")
    log = project.folder("mine") / "logs/run.log"
    log.parent.mkdir()
    log.write_text("begun\n")
    (project.folder("mine") / "config.yaml").write_text("a: " + "[" * 3000 + "]" * 3000)
    seen = look_at(project, "mine")
    assert seen.log == "begun" and seen.progress.empty
    assert seen.remark.startswith("Cannot be read just now: ")


def test_a_damaged_archive_leaves_the_progress(tmp_path):
    project, run = Project(tmp_path), past_run(tmp_path / "results", "mine")
    (project.folder("mine") / run.archive).write_text("digest,top1\n0,high\n")
    seen = look_at(project, "mine")
    assert list(seen.progress["tactic"]) == ["full", "full"]
    assert "text in the column 'top1'" in seen.remark


def test_a_log_outside_the_project_is_not_shown(tmp_path):
    project, _ = Project(tmp_path / "in"), past_run(tmp_path / "in/results", "mine")
    (tmp_path / "secret").write_text("secret")
    log = project.folder("mine") / "logs/run.log"
    log.parent.mkdir()
    log.symlink_to(tmp_path / "secret")
    with pytest.raises(ConfigError, match="outside the project"):
        look_at(project, "mine")
