import pytest
import torch
from helpers.configs import RIGHT
from instant import Instant

from archfront.config import experiment
from archfront.config.experiment import validated
from archfront.config.layout import shared
from archfront.config.queries import (
    check_platforms,
    earlier_archive,
    measured_under,
    runs,
    start_of,
    trainings,
    warm_count,
)
from archfront.core.files import write_table
from archfront.core.objective import OBJECTIVES
from archfront.core.population_table import with_digests
from archfront.core.registry import ConfigError
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore
from archfront.supernets.embedded.vision import EmbeddedMobileNetV3


def test_what_a_run_starts_from():
    settings = validated(RIGHT | {"warm_start": {"tactics": ["full", "concurrent"]}})
    starts = {run: start_of(settings, 1, "two", run) for _, _, run in runs(settings)}
    assert {run: start.archive for run, start in starts.items()} == {
        "full": "seed1/two/samples/archive.csv",
        "concurrent": "seed1/two/start/archive.csv",
        "concurrent_popdb": "seed1/two/concurrent_popdb/start/archive.csv",
        "full_warm": "seed1/two/samples/archive.csv",
        "concurrent_warm": "seed1/two/concurrent_warm/start/archive.csv",
    }
    start, samples = shared(1, "start"), shared(1, "samples")
    assert starts["concurrent"].batch == start and starts["full"].batch == samples
    assert start_of(settings, 1, "two", "concurrent_paper").batch == samples
    random = validated(RIGHT | {"concurrent": {"start": None}})
    assert start_of(random, 1, "two", "concurrent").batch == samples
    few = validated(RIGHT | {"budgets": {"full": {"samples": 5}, "concurrent": {"samples": 6}}})
    assert start_of(few, 1, "two", "full").archive == "seed1/two/samples_5/archive.csv"
    assert start_of(few, 1, "two", "concurrent").batch == shared(1, "samples_6")
    assert start_of(few, 1, "two", "concurrent_popdb").count == 6
    assert start_of(few, 1, "two", "samples").batch == samples
    given = {**settings, "sampling": settings["sampling"] | {"file": "first.json"}}
    assert start_of(given, 1, "two", "concurrent").batch == samples


def test_what_a_measuring_job_depends_on_holds_the_weights_and_the_protocol(monkeypatch):
    settings = validated(RIGHT | {"supernet": "instant:Instant"})
    monkeypatch.setenv("INSTANT_DIGEST", "other weights")
    protocol = OBJECTIVES["latency"].protocol
    told = measured_under(settings, "latency")
    assert told["supernet"] == "other weights" and told["protocol"] == protocol


CONFIG = {"experiment": "some", "platforms": {"here": {}}, "sampling": {"count": 40}}


def test_a_host_without_the_gpu_reads_validations_and_takes_none(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    gpu = {"gpu": {"device": "cuda", "model": "another"}}
    there = CONFIG | {"measurement": {"validation_device": "cuda"}}
    with pytest.raises(ValueError, match=r"measurement.validation_device = 'cuda': torch finds no"):
        check_platforms(experiment.validated(there))
    given = experiment.validated(there | {"platforms": gpu})
    check_platforms(given)  # no error: the store may hold all measurements
    network, known = EmbeddedMobileNetV3(), OBJECTIVES["top1"]
    store, population = MeasurementStore(tmp_path), network.space.extremes()
    with pytest.raises(ValueError, match="2 of 2 measurements are not in the store: take them"):
        measure(network, known, population, None, given["measurement"], store)
    assert not store.measurements()


def test_a_warm_start_is_as_large_as_the_tactics_own():
    tactics = ["concurrent", "concurrent_paper", "validation", "full"]
    given = RIGHT | {
        "tactics": tactics,
        "budgets": {"validation": {"samples": 30}, "full": {"samples": 40}},
    }
    settings = validated(given | {"concurrent": {"start": 9}, "sampling": {"count": 50}})
    counts = {tactic: warm_count(settings, f"{tactic}_warm") for tactic in tactics}
    expected = {"concurrent": 9, "concurrent_paper": 50, "validation": 30, "full": 40}
    assert counts == expected
    assert start_of(settings, 1, "two", "validation_warm").count == 30
    settings["warm_start"]["count"] = 7
    assert warm_count(settings, "full_warm") == warm_count(settings, "validation_warm") == 7


def test_a_warm_start_from_another_experiment_or_another_tactic(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = {"experiment": "old", "platform": "gpu", "tactic": "concurrent_popdb", "seed": 3}
    archive = tmp_path / "results/old/seed3/gpu/concurrent_popdb/archive.csv"
    space = Instant().space
    write_table(archive, with_digests(space, space.sample(3, 1)).assign(top1=70.0))
    warm = {"tactics": ["concurrent"], "run": run}
    settings = validated(RIGHT | {"supernet": "instant:Instant", "warm_start": warm})
    assert earlier_archive(settings) == archive.relative_to(tmp_path).as_posix()
    warm = {"tactics": ["concurrent"], "source_tactic": "full", "source": "two"}
    settings = validated(RIGHT | {"supernet": "instant:Instant", "warm_start": warm})
    assert earlier_archive(settings) is None and settings["warm_start"]["target"] == "two"
    with pytest.raises(ConfigError, match="'two' is the target as well"):
        validated(RIGHT | {"warm_start": {"tactics": ["concurrent"], "source": "two"}})


def test_each_tactic_in_batches_trains_on_each_platform_with_each_seed():
    config = RIGHT | {"tactics": ["full", "random"], "seeds": [1, 2]}
    config |= {"popdb": {"enabled": False}, "export": {"tactic": "random"}}
    assert trainings(validated(config)) == []
    found = trainings(validated(config | {"training": {"rounds": 2}}))
    assert found == [(seed, name, "random") for seed in (1, 2) for name in ("one", "two")]
