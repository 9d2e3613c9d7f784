"""``make run`` sees the config that Snakemake sees."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from helpers.experiment_files import write_rows
from helpers.limits import at_most
from helpers.runs import CONFIG, ROOT, Folder
from instant import Instant

from archfront.config.experiment import validated
from archfront.config.layout import OnPlatform, Run
from archfront.core.files import write_json, write_table
from archfront.core.population_table import with_digests
from archfront.core.registry import ConfigError


@pytest.fixture(scope="module")
def run():
    spec = importlib.util.spec_from_file_location("run", ROOT / "workflow" / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folder(tmp_path, monkeypatch):
    Folder(tmp_path / "run")
    monkeypatch.chdir(tmp_path / "run")


@pytest.mark.parametrize(
    ("arguments", "key", "value"),
    [
        ([], "experiment", "small"),
        (["--config", "experiment=other", "--cores", "2"], "experiment", "other"),
        (["--configfile", str(ROOT / "experiments" / "ci.yaml"), "-n"], "experiment", "ci"),
        (["--config", "supernet={name: embedded_resnet}"], "supernet", {"name": "embedded_resnet"}),
    ],
)
def test_arguments_for_snakemake_reach_the_account(run, folder, arguments, key, value):
    assert run.config_of(arguments)[0][key] == value


def test_a_wrong_override_is_refused(run, folder):
    config, _ = run.config_of(["--config", "experimnt=other"])
    with pytest.raises(ConfigError, match="experimnt: unknown key"):
        run.validated(config)


def test_what_is_no_config_is_left_for_snakemake(run, folder):
    arguments = ["--cores", "2", "--config", "experiment=other", "-n", "results/x.csv"]
    config, others = run.config_of(arguments)
    assert config["experiment"] == "other" and others == ["--cores", "2", "-n", "results/x.csv"]


def test_a_file_over_a_file(run, folder, tmp_path):
    (tmp_path / "more.yaml").write_text("search: {population: 20}\nexperiment: more\n")
    found, _ = run.config_of(["--configfile", "config.yaml", str(tmp_path / "more.yaml")])
    assert found["experiment"] == "more"
    assert found["search"]["population"] == 20
    assert found["search"]["generations"] == CONFIG["search"]["generations"]


def test_sub_networks_that_were_set_aside_are_counted(run, folder, capsys):
    """Two chunks, with two sub-networks of which nothing or only one objective is known."""
    settings = validated(CONFIG)
    results = Path("results/small")
    write_rows(results / "summary.csv", "tactic failed", ("full", 2))
    for name in settings["platforms"]:
        write_json(results / OnPlatform(name).reference, {"reference": {}, "ideal": {}})
    place, columns = results / "seed1/samples/measured/top1", "objective digest value reason"
    write_rows(place / "0.csv", columns, ("top1", "a", None, "no memory"), ("top1", "b", 70.0, ""))
    write_rows(place / "1.csv", columns, ("top1", "c", None, "no memory"))
    write_rows(place / "2.csv", columns, ("latency", "c", None, "no answer"))
    run.account(settings, results, 0)
    told = capsys.readouterr().out
    assert "Set aside: 2 sub-networks with a failed measurement; most often: no memory\n" in told
    assert "Measurements of top1 and latency: 0 taken in this run, 1 found in the store\n" in told


def test_beside_a_living_snakemake_nothing_runs_and_its_lock_stays(run, folder, capsys):
    lock = Path(".snakemake/locks/0.output.lock")
    lock.parent.mkdir(parents=True)
    lock.touch()
    Path("snakemake").write_text("print(flush=True); input()", encoding="utf-8")
    command = [sys.executable, "snakemake"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as living:
        living.stdout.readline()
        assert run.main([]) == 1
        living.communicate(b"\n")
    assert f"A Snakemake is at work here (process {living.pid})" in capsys.readouterr().out
    assert lock.exists() and not Path("results/small").exists()


RECORDS = """
import json, os, sys
with open(os.environ["RECORD"], "a") as record:
    print(json.dumps([os.getcwd(), os.environ.get("PYTHONPATH"), *sys.argv[1:]]), file=record)
"""


@pytest.fixture
def calls(run, folder, tmp_path, monkeypatch):
    """Folder, PYTHONPATH and arguments of each call of Snakemake, which only notes them."""
    (tmp_path / "snakemake.py").write_text(RECORDS)
    monkeypatch.setenv("RECORD", str(tmp_path / "record"))
    monkeypatch.setattr(run, "CALL", [sys.executable, str(tmp_path / "snakemake.py")])
    return lambda: [json.loads(line) for line in (tmp_path / "record").read_text().splitlines()]


def test_only_locks_of_a_killed_snakemake_are_removed(run, calls):
    """A Snakemake that starts meanwhile keeps its lock."""
    assert run.main([]) == 0
    assert [("--unlock" in call) for call in calls()] == [False]
    Path(".snakemake/locks").mkdir(parents=True)
    Path(".snakemake/locks/0.output.lock").touch()
    assert run.main([]) == 0
    assert [("--unlock" in call) for call in calls()] == [False, True, False]


def test_files_that_a_power_cut_emptied_are_asked_for_again(run, calls):
    """Snakemake does not miss an intermediate file by itself."""
    emptied = ["results/small/seed1/samples/archive.csv", "results/small/data/glyphs.npz"]
    for path in map(Path, emptied):
        path.parent.mkdir(parents=True)
        path.touch()
    assert run.main([]) == 0
    ((_, _, *arguments),) = calls()
    asked = run.get_argument_parser().parse_args(arguments).forcerun
    assert asked == {"results/small/data", "results/small/seed1/samples/archive.csv"}
    assert not any(Path(path).exists() for path in asked)


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_lock_that_is_no_regular_file_is_refused(run, calls, tmp_path, capsys, kind):
    other, lock = tmp_path / "other", Path("results/.run.lock")
    other.write_text("kept")
    lock.parent.mkdir(exist_ok=True)
    lock.symlink_to(other) if kind == "link" else os.mkfifo(lock)
    with at_most(60):
        assert run.main(["-n"]) == 1
    assert f"Results cannot be written: {lock}: is no regular file" in capsys.readouterr().err
    assert other.read_text() == "kept"


@pytest.mark.parametrize("option", ["-n", "--dry-run", "-np"])
def test_a_dry_run_makes_no_report_and_changes_nothing(run, calls, option):
    for name in ("stop", "seed1/samples/population.csv"):
        path = Path("results/small") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    Path(".snakemake/locks").mkdir(parents=True)
    Path(".snakemake/locks/0.output.lock").touch()
    assert run.main([option]) == 0
    ((*_, last),) = calls()
    assert last == option
    assert not {"--report", "--unlock"} & set(calls()[0])
    assert path.exists() and Path("results/small/stop").exists()


def test_a_target_is_no_value_of_another_option(run, calls):
    Path(".snakemake/locks").mkdir(parents=True)
    Path(".snakemake/locks/0.output.lock").touch()
    assert run.main(["results/x.csv"]) == 0
    unlocking, running = [run.get_argument_parser().parse_args(call[2:]) for call in calls()]
    assert unlocking.unlock and unlocking.targets == ["results/x.csv"]
    assert running.report_after_run and running.targets == ["results/x.csv"]


def test_the_folder_of_directory_holds_lock_config_and_results(run, calls, tmp_path, monkeypatch):
    Path("other").mkdir()
    Path("config.yaml").rename("other/config.yaml")
    monkeypatch.setenv("PYTHONPATH", ".")
    before = Path.cwd()
    assert run.main(["--directory", "other"]) == 0
    ((place, paths, *arguments),) = calls()
    asked = run.get_argument_parser().parse_args(arguments)
    results = before / "other" / "results"
    assert Path(place) == before and asked.directory == Path("other")
    assert paths == str(before)  # of the plug-ins
    assert asked.configfile == [results / "small" / "config.yaml"] and asked.configfile[0].exists()
    assert Path(asked.report) == results / "small" / "report.html"
    assert (results / ".run.lock").exists() and not (before / "results").exists()


def test_a_config_is_named_from_where_the_run_is_called(run, calls):
    assert run.main(["--directory", "new", "--configfile", "config.yaml"]) == 0
    assert Path("results/small/config.yaml").exists() and Path.cwd().name == "new"


INTERRUPTED = """
import signal, sys
# A shell without job control starts its background processes with the signal ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, sys.argv[1])
import run
run.CALL, run.GRACE = [sys.executable, "waits.py"], 1.5
sys.exit(run.main([]))
"""
ENDS = """
import time
try:
    print("ready", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(1)
    open("ended", "w").close()
"""


@pytest.mark.parametrize("signalled", [os.kill, os.killpg], ids=["process", "group"])
def test_ctrl_c_waits_for_snakemake_and_prints_no_traceback(folder, signalled):
    Path("waits.py").write_text(ENDS, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, ROOT / "workflow"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as interrupted:
        assert interrupted.stdout.readline() == "ready\n"
        signalled(interrupted.pid, signal.SIGINT)
        _, told = interrupted.communicate(timeout=60)
    assert (interrupted.returncode, told) == (130, "Interrupted. The next run goes on from here.\n")
    assert Path("ended").exists()


@pytest.fixture
def caches(monkeypatch):
    """The variables that :func:`keep_caches` may set."""
    monkeypatch.setenv("MPLCONFIGDIR", "usual")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    return monkeypatch


def test_caches_are_in_the_results_if_the_home_cannot_be_written(run, folder, caches):
    caches.setenv("HOME", str(Path("config.yaml").absolute()))
    run.keep_caches()
    assert os.environ["XDG_CACHE_HOME"] == str(Path("results/.cache").absolute())
    assert os.environ["MPLCONFIGDIR"] == str(Path("results/.cache/matplotlib").absolute())


@pytest.mark.parametrize("variable", ["HOME", "XDG_CACHE_HOME"])
def test_caches_stay_where_they_can_be_written(run, folder, caches, variable):
    caches.setenv(variable, str(Path("home").absolute()))
    before = dict(os.environ)
    run.keep_caches()
    assert os.environ == before


def test_results_of_another_search_space_are_no_success(run, folder, capfd, monkeypatch):
    """Snakemake has no notes on these results, so that nothing runs again."""
    space = Instant().space
    archive = Path("results/small") / Run(1, "single", "full").archive
    archive.parent.mkdir(parents=True)
    write_table(archive, with_digests(space, space.sample(9, 1)))
    write_rows(Path("results/small/summary.csv"), "tactic failed", ("full", 0))
    monkeypatch.setattr(run, "account", lambda *_: print("all is well"))
    monkeypatch.setattr(run, "CALL", ["true"])
    assert run.main([]) == 0
    monkeypatch.setenv("INSTANT_KERNELS", "3 5")
    assert run.main([]) == 1
    told = capfd.readouterr()
    assert told.out.count("all is well") == 1
    assert f"{archive}: row 3: ks_0 = 7 is not allowed" in told.err and "--forcerun" in told.err


def test_snakemake_gets_a_copy_that_every_locale_can_read(run, folder, monkeypatch):
    config = CONFIG | {"supernet": {"name": "instant:Instant"}}
    Path("config.yaml").write_text(f"# Müller\n{yaml.safe_dump(config)}", encoding="utf-8")
    monkeypatch.setattr(run, "validated", lambda config: config)
    monkeypatch.setattr(run, "run", lambda settings, call: call.keywords["copy"])
    copy = run.main(["--config", "note=Maß"])
    assert copy.read_bytes().isascii()
    assert yaml.safe_load(copy.read_bytes()) == config | {"note": "Maß"}
