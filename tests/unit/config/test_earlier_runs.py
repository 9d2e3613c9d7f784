import pytest
from helpers.configs import RIGHT
from instant import Instant

from archfront.config.earlier_runs import learned_archive
from archfront.config.experiment import recorded, validated
from archfront.core.files import write_json, write_table
from archfront.core.population_table import with_digests

RUN = {"experiment": "old", "platform": "gpu", "tactic": "full", "seed": 1}
BASE = RIGHT | {"supernet": "instant:Instant"}


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """An experiment that starts from a run of the experiment ``old``."""
    monkeypatch.chdir(tmp_path)
    space = Instant().space
    table = with_digests(space, space.sample(3, 1)).assign(top1=70.0)
    write_table(tmp_path / "results/old/seed1/gpu/full/archive.csv", table)
    return validated(BASE | {"warm_start": {"tactics": ["concurrent"], "run": RUN}})


def old(weights="instant-1", **changes):
    told = {"experiment": recorded(BASE | changes), "supernet_digest": weights}
    write_json("results/old/provenance.json", told)


def test_a_search_learns_what_was_measured_in_the_same_way(settings):
    old(objectives=["top1", "macs"], platforms={"gpu": {"batch_size": 9}})
    assert learned_archive(settings) == "results/old/seed1/gpu/full/archive.csv"


def test_a_search_learns_from_a_run_whose_config_would_be_refused_now(settings):
    old(budgets={"random": {"batch": 2}})
    assert learned_archive(settings) is not None


def test_it_does_not_learn_what_was_measured_otherwise(settings):
    assert learned_archive(settings) is None  # it is not known how it was measured
    old(objectives=["latency", "macs"])
    assert learned_archive(settings) is None
    old(weights="instant-2")
    assert learned_archive(settings) is None
    old()
    assert learned_archive(settings) is not None


def test_without_another_experiment_there_is_nothing_to_learn(settings):
    assert learned_archive(validated(BASE)) is None
