"""Recorded proposals of another machine replace the searches, whose results depend on the last bits
of floating-point arithmetic."""

import json
import time

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
SOON = 5.0
"""Limit of the processor time of a refusal, in seconds. Without the check it has no end."""
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
    rest = [one for one in json.loads(record.read_text()) if one["platform"] != "single"]
    partial = tmp_path / "partial.json"
    partial.write_text(json.dumps(rest))
    with pytest.raises(ConfigError) as refused:
        experiment.validated(with_record(partial))
    assert "has 0 sub-networks for seed 1, single, concurrent, iteration 1" in str(refused.value)
    with pytest.raises(ConfigError, match=r"iteration 1; the batch asked for has 4"):
        experiment.validated(with_record(record, batch=4))
    content = json.loads(record.read_text())
    content[0]["configurations"][0] = {"nothing": [1]}
    record.write_text(json.dumps(content))
    with pytest.raises(ConfigError, match=r"proposals.json: seed 1, batched, concurrent, iter"):
        experiment.validated(with_record(record))
    with pytest.raises(ConfigError, match="no JSON file"):
        experiment.validated(with_record(tmp_path / "none.json"))


def test_a_run_that_ended_early_is_repeated_and_its_later_iterations_are_named(record):
    experiment.validated(with_record(record, iterations=5))
    space = Instant().space
    place = {"seed": "1", "platform": "single", "tactic": "concurrent", "iteration": "2"}
    assert len(recorded.recorded_batch(record, space, space, place)) == 3
    assert recorded.recorded_batch([], space, space, place) is None
    with pytest.raises(ConfigError, match=r"no proposal for seed 1, single, concurrent, iter.* 3"):
        recorded.recorded_batch(record, space, space, place | {"iteration": "3"})


def test_a_record_outside_the_constraint_is_refused_with_its_place(record, tmp_path):
    space = Instant().space
    first = space.names[0]
    allowed = {first: [space.parameters[0].values[0]]}
    held = tmp_path / "held.json"
    held.write_text(json.dumps({"allowed": allowed}))
    with pytest.raises(ConfigError, match="iteration 1 lies outside the constraint"):
        experiment.validated(with_record(record) | {"constraint": str(held)})
    place = {"seed": 1, "platform": "single", "tactic": "concurrent", "iteration": 1}
    with pytest.raises(ConfigError, match="lies outside the constrained space of this run"):
        recorded.recorded_batch(record, space, space.constrain(allowed), place)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("iteration", 2.0, r"\[0\]\['iteration'\]: 2.0 is not of type 'integer'"),
        ("iteration", -5, "-5 is less than the minimum of 1"),
        ("iteration", 0, "0 is less than the minimum of 1"),
        ("seed", 1.0, "1.0 is not of type 'integer'"),
        ("seed", -1, "-1 is less than the minimum of 0"),
    ],
)
def test_numbers_of_a_record_are_integers_that_a_run_can_have(record, key, value, message):
    content = json.loads(record.read_text())
    content[0][key] = value
    record.write_text(json.dumps(content))
    with pytest.raises(ConfigError, match=f"^concurrent.proposals: {record}: .*{message}"):
        experiment.validated(with_record(record))


def test_a_gap_is_told_and_distant_iterations_are_not_counted_to(record):
    content = json.loads(record.read_text())
    content = [one | {"iteration": 10**15 if one["iteration"] == 2 else 1} for one in content]
    record.write_text(json.dumps(content))
    with pytest.raises(ConfigError, match=r"has 0 sub-networks for seed 1, single, .* iteration 2"):
        experiment.validated(with_record(record, iterations=2))
    begun = time.process_time()
    with pytest.raises(ConfigError, match=r"has 0 sub-networks for seed 1, single, .* iteration 2"):
        experiment.validated(with_record(record, iterations=1_000_000))
    space = Instant().space
    distant = experiment.validated(CONFIG)
    distant["concurrent"] |= {"iterations": 10**16, "proposals": record}
    assert len(recorded.unfit(distant, RUNS, space, space)) == 2
    assert time.process_time() - begun < SOON


def test_an_expected_gain_cannot_end_a_recorded_run(record):
    with pytest.raises(ConfigError, match=r"concurrent.least_gain: 0.01 has no effect"):
        experiment.validated(with_record(record, least_gain=0.01))
