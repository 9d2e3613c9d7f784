import subprocess
import sys

import pytest
from helpers.configs import changed
from helpers.paper_folder import write_data
from helpers.runs import CONFIG, ROOT

from archfront.config import experiment
from archfront.config.experiment import recorded, validated
from archfront.config.queries import predictor_kinds
from archfront.core.registry import ConfigError
from archfront.tasks import published


@pytest.mark.parametrize("given", [1, 1.0, 0.6])
def test_no_value_is_converted(given):
    config = CONFIG | {"measurement": CONFIG["measurement"] | {"length_penalty": given}}
    found = validated(config)["measurement"]["length_penalty"]
    assert found == given and type(found) is type(given)


def test_a_validated_config_has_plain_values():
    def types(value):
        inner = value.values() if isinstance(value, dict) else value
        yield type(value)
        if isinstance(value, (dict, list)):
            for one in inner:
                yield from types(one)

    assert set(types(validated(CONFIG))) <= {dict, list, str, int, float, bool, type(None)}


def test_what_every_job_imports_is_not_heavy():
    """The Snakefile is read, and a script begun, for each of thousands of jobs."""
    code = "import archfront.config.experiment, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"torch", "sklearn", "pymoo", "matplotlib", "scipy.optimize", "scipy.linalg", "numba"}
    assert not heavy & set(done.stdout.split())


LOG = f"""\
Sub-network,Latency (ms),Top-1 Acc (%)
"{{'wid': None, 'ks': {[3] * 20}, 'e': {[3] * 20}, 'd': {[2] * 5}, 'r': [224]}}",0,71.0
"""
"""A published log of one sub-network."""
SHIPPED = [ROOT / "config.yaml", *sorted((ROOT / "experiments").rglob("*.yaml"))]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_shipped_configs_are_valid(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("train", "val"):
        (tmp_path / "results/smoke/images" / folder).mkdir(parents=True)
    (tmp_path / "results/smoke/ofa_mbv3_w1.0.pt").write_bytes(b"")
    hat = tmp_path / "results/smoke"
    (hat / "plain").mkdir()
    (hat / "HAT_wmt14ende_super_space0.pt").write_bytes(b"")
    for name in ("dict.en.txt", "dict.de.txt", "test.en", "test.de"):
        (hat / "plain" / name).write_text("one 1\n")
    write_data(tmp_path)
    (tmp_path / published.LOGS).mkdir()
    (tmp_path / published.LOGS / "log.csv").write_text(LOG)
    monkeypatch.setenv("ARCHFRONT_PUBLISHED_DATA", str(tmp_path))
    name = experiment.load(path)["experiment"]
    if path.parent.name != ROOT.name:
        assert experiment.experiment_file(name, ROOT / "experiments") == path


def test_an_experiment_that_is_not_there_is_named_with_the_nearest(tmp_path):
    (tmp_path / "rehearsal.yaml").touch()
    with pytest.raises(ConfigError, match=r"there is no .*rehearsel.yaml.*mean 'rehearsal'"):
        experiment.experiment_file("rehearsel", tmp_path)


def test_a_plug_in_objective_is_known_by_its_name_everywhere_after():
    config = validated(changed("objectives", ["top1", "own:energy", "own:memory"]))
    assert config["objectives"] == ["top1", "energy", "memory"]
    assert predictor_kinds(config) == {"top1": "auto", "energy": "auto"}
    assert validated(config) == config


REFUSED = [
    {"tactics": ["validation"], "search": {"generations": 9}},  # no tactic uses the key
    {"budgets": {"random": {"batch": 2}}},  # no run has the budget
    {"constraint": "gone.json"},
    {"warm_start": {"tactics": ["full"], "file": "gone.csv"}},
]
"""Changes of a config that may have been right when the experiment ran."""


@pytest.mark.parametrize("change", REFUSED)
def test_a_past_config_is_read_although_a_new_one_like_it_is_refused(change):
    config = CONFIG | {"popdb": {"enabled": False}, "export": {"tactic": "full"}} | change
    with pytest.raises(ConfigError):
        validated(config)
    found = recorded(config)
    assert found["popdb"]["thresholds"] == {"d": 0.01, "ks": 0.01, "e": 0.01}
    assert found["export"] == validated(CONFIG)["export"] | {"tactic": "full"}
    assert recorded(found) == found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"promise": 1}, "promise: unknown key"),
        ({"popdb": {"target": "../.."}}, "popdb.target: '../..' is not a platform"),
        ({"seeds": [*range(40_000)]}, "40,000 seeds"),
        ({"supernet": "gone_for_good:Net"}, "cannot be imported"),
        ({"supernet": "own:Spaceless"}, "no attribute space with a SearchSpace"),
    ],
)
def test_a_past_config_whose_results_cannot_be_read_is_refused(change, message):
    with pytest.raises(ConfigError, match=message):
        recorded(CONFIG | change)


def test_a_missing_key_and_an_empty_file_are_told(tmp_path):
    with pytest.raises(ConfigError, match="the key experiment is missing"):
        validated({"platforms": {"one": {}}})
    (tmp_path / "empty.yaml").write_text("")
    with pytest.raises(ConfigError, match="expected keys and values, found NoneType"):
        experiment.load(tmp_path / "empty.yaml")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("experiment: mine\n# Müller\n".encode("latin-1"), "line 2: the byte 0xfc is no text in U"),
        (b"experiment: [", "expected (the )?node content"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, content, message):
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=rf"(?s)^{path}.*{message}"):
        experiment.load(path)
