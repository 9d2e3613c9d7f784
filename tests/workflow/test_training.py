"""A search within training on the instant super-network, with a kill in its first training."""

import json
import re

import pandas as pd
import pytest
from helpers.runs import CONFIG, Folder

from archfront.core.files import file_digest
from archfront.measurement.store import MeasurementStore

pytestmark = pytest.mark.slow

STEPS = 4
WITHIN = CONFIG | {
    "platforms": {"single": {}},
    "objectives": ["top1", "macs"],
    "tactics": ["random"],
    "sampling": {"count": 10},
    "learning_curve": {"rows": [5]},
    "search": {},
    "full": {},
    "concurrent": {"iterations": 2, "batch": 3},
    "popdb": {"enabled": False},
    "export": {"tactic": "random"},
    "training": {"rounds": 2, "steps": STEPS},
}


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    folder = Folder(tmp_path_factory.mktemp("within") / "run", WITHIN)
    done = folder.run("--cores", "1", "train_within", INSTANT_KILL="3")
    assert done.returncode != 0
    return folder


@pytest.fixture(scope="module")
def trained(killed):
    at = killed.path / "results/small/training/seed1/single/random"
    assert not (at / "round1/weights.pt").exists() and steps(killed) == 3
    done = killed.run("--cores", "1", "train_within")
    assert done.returncode == 0, done.stderr[-5000:]
    return killed


def steps(folder):
    return sum(line.startswith("step") for line in folder.taken())


def place(folder):
    return folder.results / "training/seed1/single/random"


def test_a_killed_training_goes_on_and_repeats_no_more_than_its_step(trained):
    assert steps(trained) == 2 * STEPS + 1
    assert list(place(trained).rglob("*.state")) == []


def test_each_round_trains_on_its_measured_front(trained):
    before = {}
    for number in (1, 2):
        at = place(trained) / f"round{number}"
        front = set(pd.read_csv(at / "front.csv", dtype={"digest": str})["digest"])
        weights = json.loads((at / "weights.pt").read_text())
        new = {digest: n - before.get(digest, 0) for digest, n in weights.items()}
        assert sum(new.values()) == STEPS
        assert {digest for digest, n in new.items() if n} <= front
        before = weights


def test_the_measurements_of_a_round_are_those_of_its_weights(trained):
    """Top-1 rises by 0.1 points per step, and the store holds a value per weights."""
    weights = json.loads((place(trained) / "round2/weights.pt").read_text())
    last = read(trained, "archive.csv")
    first = read(trained, "round1/archive.csv")
    both = last.merge(first, on="digest", suffixes=("", "_first"))
    assert len(both) and set(weights) & set(both["digest"])
    gain = [0.1 * weights.get(digest, 0) for digest in both["digest"]]
    assert (both["top1"] - both["top1_first"]).tolist() == pytest.approx(gain)
    kept = MeasurementStore(trained.path / "results/store").measurements()
    digests = {m.key["supernet"] for m in kept}
    files = [place(trained) / f"round{number}/weights.pt" for number in (1, 2)]
    assert digests == {"instant-1", *map(file_digest, files)}
    assert len(trained.taken()) - steps(trained) == len(kept)


def read(folder, name):
    return pd.read_csv(place(folder) / name, dtype={"digest": str})


def test_the_last_search_has_the_front_and_as_many_batches_as_a_run(trained):
    last, front = read(trained, "archive.csv"), read(trained, "front.csv")
    known = read(trained, "round2/front.csv")
    count = last["iteration"].value_counts().to_dict()
    assert count == {0: len(known), 1: 3, 2: 3}
    assert set(last.loc[last["iteration"] == 0, "digest"]) == set(known["digest"])
    assert set(front["digest"]) <= set(last["digest"]) and front["top1"].is_monotonic_decreasing


def test_a_changed_number_of_rounds_or_steps_repeats_only_what_follows(trained):
    one_more = {"search_round": 1, "train_round": 1, "search_trained": 1}
    assert asked(trained, rounds=2) == {}
    assert asked(trained, rounds=3) == one_more
    assert asked(trained, rounds=1) == {"search_trained": 1}
    assert asked(trained, steps=5) == one_more | {"train_round": 2}


def asked(folder, **training):
    """The number of jobs by rule that a changed config would run."""
    folder.write(WITHIN | {"training": WITHIN["training"] | training})
    told = folder.run("-n", "train_within").stdout
    folder.write(WITHIN)
    jobs = {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", told, re.M)}
    return {rule: count for rule, count in jobs.items() if rule not in ("total", "train_within")}


def test_the_trained_weights_are_a_super_network_of_another_experiment(trained, tmp_path):
    weights = place(trained) / "round2/weights.pt"
    supernet = {"name": "instant:Instant", "checkpoint": str(weights)}
    config = WITHIN | {"training": {}, "supernet": supernet}
    folder = Folder(tmp_path / "other", config)
    done = folder.run("--cores", "1", "results/small/seed1/single/samples/archive.csv")
    assert done.returncode == 0, done.stderr[-5000:]
    kept = MeasurementStore(folder.path / "results/store").measurements()
    assert {m.key["supernet"] for m in kept} == {file_digest(weights)}
