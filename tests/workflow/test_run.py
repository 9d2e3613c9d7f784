"""``make run`` sees the config that Snakemake sees."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from helpers.experiment_files import write_rows
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
    monkeypatch.setattr(run, "run", lambda settings, arguments, lock: Path(arguments[-1]))
    copy = run.main(["--config", "note=Maß"])
    assert copy.read_bytes().isascii()
    assert yaml.safe_load(copy.read_bytes()) == config | {"note": "Maß"}
