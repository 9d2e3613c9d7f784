import subprocess
import sys

import pytest
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
