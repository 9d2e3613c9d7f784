"""Recorded proposals of another machine replace the searches, whose results depend on the last bits
of floating-point arithmetic."""

import json

import numpy as np
import pytest
from instant import Instant

from archfront.config import experiment
from archfront.config import recorded_proposals as recorded
from archfront.core.files import write_table
from archfront.core.population_table import with_digests
from archfront.core.registry import ConfigError

CONFIG = {
    "experiment": "small",
    "supernet": "instant:Instant",
    "platforms": {"single": {}, "batched": {"batch_size": 8}},
    "tactics": ["full", "concurrent"],
    "sampling": {"count": 40},
    "concurrent": {"start": None, "iterations": 2, "batch": 3},
    "popdb": {"enabled": False},
}
RUNS = [(1, "batched", "concurrent"), (1, "single", "concurrent"), (1, "single", "full")]


@pytest.fixture
def record(tmp_path):
    """The record of a run with two platforms and two iterations."""
    space, seed = Instant().space, 0
    for platform in ("single", "batched"):
        for iteration in (1, 2):
            place = tmp_path / f"small/seed1/{platform}/concurrent/iteration{iteration}"
            seed += 1
            population = space.sample(3, seed)
            write_table(place / "population.csv", with_digests(space, population))
    path = tmp_path / "proposals.json"
    assert recorded.record(tmp_path / "small", RUNS, space, path) == 4
    return path


def with_record(path, **loop):
    return CONFIG | {"concurrent": CONFIG["concurrent"] | {"proposals": str(path)} | loop}


def test_the_record_gives_back_the_proposals(record):
    space = Instant().space
    found = recorded.proposals(record, space)
    assert sorted(found)[0] == (1, "batched", "concurrent", 1) and len(found) == 4
    again = found[1, "batched", "concurrent", 2]
    assert np.array_equal(space.canonical(again), space.canonical(space.sample(3, 4)))
    experiment.validated(with_record(record))


def test_a_record_that_does_not_fit_the_config_is_refused_with_the_reason(record, tmp_path):
    with pytest.raises(ConfigError) as refused:
        experiment.validated(with_record(record, iterations=3, batch=3))
    assert "has 0 sub-networks for seed 1, single, concurrent, iteration 3" in str(refused.value)
    with pytest.raises(ConfigError, match=r"iteration 1; concurrent.batch asks for 4"):
        experiment.validated(with_record(record, batch=4))
    content = json.loads(record.read_text())
    content[0]["configurations"][0] = {"nothing": [1]}
    record.write_text(json.dumps(content))
    with pytest.raises(ConfigError, match=r"proposals.json: seed 1, batched, concurrent, iter"):
        experiment.validated(with_record(record))
    with pytest.raises(ConfigError, match="no JSON file"):
        experiment.validated(with_record(tmp_path / "none.json"))
