"""``make run`` sees the config that Snakemake sees."""

import importlib.util

import pytest
from helpers.runs import CONFIG, ROOT, Folder

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
