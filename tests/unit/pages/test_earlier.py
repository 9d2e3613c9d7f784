import pytest
from helpers.configs import RIGHT
from helpers.experiment_files import write_rows
from instant import Instant

from archfront.config.experiment import validated
from archfront.config.queries import earlier_archive, runs
from archfront.core.files import write_json, write_table
from archfront.core.platform import Platform, host_facts
from archfront.core.population_table import with_digests
from archfront.pages.earlier import hardware, proposal
from archfront.pages.project import Project

BASE = RIGHT | {"supernet": "instant:Instant", "popdb": {"enabled": False}}
RANDOM = BASE | {"tactics": ["random"], "export": {"tactic": "random"}}
HOST = {"processor": "an old processor", "gpus": ["NVIDIA V100, 550.1"]}
COLUMNS = "platform tactic seed validations hypervolume"


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)


def past(project, experiment, *rows, weights="instant-1", host=HOST, archives=True, **changes):
    """The files of a finished experiment on the platforms ``one`` and ``two``, with these rows in
    its summary: platform, tactic, seed, validations, hypervolume."""
    folder = project.results / experiment
    write_rows(folder / "summary.csv", COLUMNS, *rows)
    settings = validated(BASE | {"experiment": experiment} | changes)
    told = {"experiment": settings, "supernet_digest": weights, "hosts": [host]}
    write_json(folder / "provenance.json", told)
    for platform, tactic, seed, *_ in rows if archives else ():
        write_rows(folder / f"seed{seed}/{platform}/{tactic}/archive.csv", "digest", ("a",))


def proposed(project, **changes):
    found = proposal(project, validated(BASE | changes))
    return found and found.keys["run"]


def test_the_run_with_most_validations_is_proposed(project):
    past(project, "old", ("one", "full", 1, 50, 0.9), ("two", "concurrent", 3, 90, 0.5))
    past(project, "older", ("one", "full", 1, 90, 0.6), ("two", "full", 2, 90, None))
    found = proposal(project, validated(BASE))
    assert found.keys == {
        "tactics": ["concurrent"],
        "run": {"experiment": "older", "platform": "one", "tactic": "full", "seed": 1},
    }
    assert found.words == (
        "This super-network was searched on other hardware before: with a warm start, "
        "concurrent_warm also runs on two and begins with the best 10 of the 90 sub-networks that "
        "full measured on one in the experiment older (seed 1)."
    )


def test_what_is_proposed_is_a_valid_warm_start(project):
    past(project, "old", ("one", "full", 1, 50, 0.9))
    space = Instant().space
    table = with_digests(space, space.sample(3, 1)).assign(top1=70.0)
    write_table(project.results / "old/seed1/one/full/archive.csv", table)
    keys = proposal(project, validated(BASE)).keys
    config = validated(BASE | {"warm_start": keys})
    assert (1, "two", "concurrent_warm") in runs(config)
    assert earlier_archive(config) == "results/old/seed1/one/full/archive.csv"
    assert proposal(project, config) is None


def test_an_experiment_without_concurrent_nas_warms_its_tactics(project):
    past(project, "old", ("one", "full", 1, 50, 0.9))
    found = proposal(project, validated(RANDOM))
    assert found.keys["tactics"] == ["random"] and "random_warm also runs on two" in found.words


@pytest.mark.parametrize(
    "changes",
    [
        {"weights": "instant-2"},
        {"objectives": ["top1", "macs"]},
        {"host": host_facts()},
        {"archives": False},
    ],
)
def test_a_run_that_no_search_would_gain_from_is_not_proposed(project, changes):
    """Another super-network, other objectives, the same hardware, or no archive."""
    past(project, "old", ("two", "full", 1, 50, 0.9), **changes)
    assert proposed(project) is None
    past(project, "right", ("two", "full", 1, 5, 0.9))
    assert proposed(project)["experiment"] == "right"


def test_the_experiment_itself_is_not_proposed(project):
    past(project, "test", ("one", "full", 1, 50, 0.9))
    assert proposed(project) is None
    assert proposed(project, experiment="next")["experiment"] == "test"


def test_a_config_with_a_warm_start_gets_no_proposal(project):
    past(project, "old", ("one", "full", 1, 50, 0.9))
    assert proposed(project, warm_start={"count": 5}) is not None
    assert proposed(project, warm_start={"tactics": ["full"]}) is None


def test_an_experiment_that_cannot_be_read_does_not_hide_the_others(project):
    past(project, "old", ("one", "full", 1, 50, 0.9))
    for name in ("cut", "Large", "out", "without"):
        past(project, name.lower(), ("one", "full", 1, 99, 0.9))
    (project.results / "cut/summary.csv").write_text("")
    (project.results / "large").rename(project.results / "Large")  # no name of an experiment
    (project.results / "without/provenance.json").unlink()
    outside = project.root.parent / f"{project.root.name}_summary.csv"
    (project.results / "out/summary.csv").rename(outside)
    (project.results / "out/summary.csv").symlink_to(outside)
    assert proposed(project)["experiment"] == "old"


def test_hardware_is_the_settings_and_the_model():
    cpu, gpu = Platform("a"), Platform("b", device="cuda:1")
    assert hardware(cpu, [HOST]) == hardware(Platform("other", partition="x"), [HOST])
    assert not hardware(cpu, [HOST]) & hardware(cpu, [host_facts()])
    assert not hardware(cpu, [HOST]) & hardware(Platform("a", batch_size=8), [HOST])
    assert {model for _, model in hardware(gpu, [HOST])} == {"NVIDIA V100"}
    named = Platform("c", device="cuda", model="NVIDIA V100")
    assert hardware(named, [host_facts()]) == hardware(gpu, [HOST])
