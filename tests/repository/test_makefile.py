"""``make`` chooses the interpreter, and has an environment for each version of Python."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.runs import ROOT, Folder

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="there is no make here")


def make(
    folder: Path, *arguments: str, goal: str = "run", options: tuple = ("-n",), **variables: str
) -> subprocess.CompletedProcess:
    """The answer of ``make`` for this goal where only interpreters in ``folder`` are found. With
    the default options it runs nothing."""
    outside = "PYTHON", "MAKELEVEL", "MAKEFLAGS", "MAKEOVERRIDES"  # of the make that runs the tests
    environment = {name: value for name, value in os.environ.items() if name not in outside}
    return subprocess.run(
        [shutil.which("make"), *options, goal, *arguments],
        cwd=ROOT,
        env=environment | variables | {"PATH": str(folder)},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def interpreter(tmp_path):
    """A function that makes an interpreter of a version; one that fails, if it does not run."""

    def write(version: str, runs: bool = True) -> None:
        path = tmp_path / f"python{version}"
        path.write_text(f"#!/bin/sh\n{f'echo {version}' if runs else 'exit 127'}\n")
        path.chmod(0o755)

    return write


def test_the_newest_interpreter_that_runs_is_taken(interpreter, tmp_path):
    interpreter("3.11")
    interpreter("3.12")
    interpreter("3.13", runs=False)
    told = make(tmp_path)
    assert told.stdout.startswith("Python 3.12: ") and ".venv-3.12/bin/python" in told.stdout
    assert ".venv-3.11" not in told.stdout and ".venv/" not in told.stdout


def test_a_named_interpreter_has_its_own_environment(interpreter, tmp_path):
    interpreter("3.11")
    interpreter("3.13")
    told = make(tmp_path, "PYTHON=python3.11")
    assert told.stdout.startswith("Python 3.11: ") and ".venv-3.11/bin/python" in told.stdout
    assert ".venv-3.13" not in told.stdout


def test_without_an_interpreter_it_says_what_to_do(interpreter, tmp_path):
    told = make(tmp_path)
    assert told.returncode == 2 and "python3.11 does not run here or is older" in told.stderr
    interpreter("3.11")
    told = make(tmp_path, "PYTHON=python3.14")
    assert told.returncode == 2 and "python3.14 does not run here or is older" in told.stderr


def test_an_interpreter_that_is_too_old_is_refused_and_one_with_a_space_in_its_path_is_not(
    tmp_path,
):
    (tmp_path / "a b").mkdir()
    there = tmp_path / "a b" / "python"
    there.symlink_to(sys.executable)
    path = Path(os.environ["PATH"].split(os.pathsep)[0])
    assert make(path, f"PYTHON={there}").returncode == 0
    old = tmp_path / "python3.9"
    old.write_text(
        '#!/bin/sh\nshift\nexec "$REAL" -c "import sys; sys.version_info = (3, 9); $1"\n'
    )
    old.chmod(0o755)
    told = make(tmp_path, f"PYTHON={old}", REAL=sys.executable)
    assert told.returncode == 2 and "is older than 3.11" in told.stderr


@pytest.fixture
def slow_tests(tmp_path):
    """A function that runs ``make test-slow`` in an environment whose ``python`` only writes down
    what it is asked for. It fails if one of the words in ``failing`` is in its arguments."""
    for name in ("bin/python", "installed", "installed-dev"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch(0o755)
    asked = tmp_path / "asked"

    def run(*arguments: str, failing: str = "") -> tuple[subprocess.CompletedProcess, list[str]]:
        stops = "".join(f'case "$*" in *{word}*) exit 3;; esac\n' for word in failing.split())
        (tmp_path / "bin/python").write_text(f'#!/bin/sh\necho "$*" >> {asked}\n{stops}')
        given = f"PYTHON={sys.executable}", f"VENV={tmp_path}", *arguments
        done = make(Path("/usr/bin:/bin"), *given, goal="test-slow", options=())
        return done, asked.read_text().splitlines() if asked.exists() else []

    return run


def test_the_slow_tests_run_after_the_extras(slow_tests):
    done, asked = slow_tests()
    assert done.returncode == 0, done.stderr
    assert [line.removeprefix("-m pip install --quiet ") for line in asked] == [
        "--no-deps -r envs/fairseq.txt",
        "-r envs/slurm.txt",
        "-r envs/ui.txt -r envs/browser.txt",
        "-m pytest -m slow -rs",
    ]


@pytest.mark.parametrize("extra", ["fairseq", "slurm", "ui"])
def test_an_extra_that_is_not_installed_fails_the_run_after_its_tests(slow_tests, extra):
    done, asked = slow_tests(failing=f"{extra}.txt")
    assert done.returncode != 0 and asked[-1] == "-m pytest -m slow -rs"
    assert f"Extras that could not be installed: {extra} (" in done.stderr
    assert "EXTRAS=" in done.stderr


def test_an_extra_can_be_left_out(slow_tests):
    done, asked = slow_tests("EXTRAS=slurm ui", failing="fairseq")
    assert done.returncode == 0 and len(asked) == 3 and "fairseq" not in "".join(asked)


def test_failed_slow_tests_fail_the_run(slow_tests):
    done, _ = slow_tests("EXTRAS=", failing="pytest")
    assert done.returncode != 0 and "could not be installed" not in done.stderr


def test_an_unknown_extra_is_refused_before_the_tests(slow_tests):
    done, asked = slow_tests("EXTRAS=farseq")
    assert done.returncode == 2 and asked == []
    assert "EXTRAS=farseq: allowed are fairseq slurm ui" in done.stderr


@pytest.mark.parametrize("arguments", ["", "--configfile config.yaml"])
def test_stop_asks_the_loops_to_end(tmp_path, arguments):
    told = make(
        Path(os.environ["PATH"].split(os.pathsep)[0]),
        f"PYTHON={sys.executable}",
        f"ARGS={arguments}",
        goal="stop",
    )
    (command,) = [line for line in told.stdout.splitlines() if "/snakemake " in line]
    _, _, options = command.partition("/snakemake ")
    folder = Folder(tmp_path)
    done = folder.run(*shlex.split(options))
    assert done.returncode == 0, done.stderr
    assert (folder.results / "stop").exists()
