import hashlib
from dataclasses import replace

import numpy as np
import pytest
import torch

from archfront.core.files import read_json
from archfront.supernets.embedded import vision_training
from archfront.supernets.embedded.vision import EmbeddedResNet
from archfront.supernets.embedded.vision_training import (
    fine_tune,
    told,
    train_embedded,
    write_trained,
)
from archfront.supernets.training import TrainingPlan
from archfront.tasks import glyphs


def test_the_progress_of_a_training_is_told_with_the_time_left(capsys):
    """After 25 of 100 steps in 600 s, 75 steps of 24 s are left."""
    states = (
        {"step": step, "steps": 100, "loss": loss, "cpu_seconds": seconds}
        for step, loss, seconds in ((25, 2.34567, 600.0), (100, 1.0, 2500.0))
    )
    assert told(states) == 2500
    assert capsys.readouterr().err.splitlines() == [
        "step 25 of 100, loss 2.346, about 30 minutes left",
        "step 100 of 100, loss 1.000, about 0 minutes left",
    ]


def test_a_training_that_had_ended_before_takes_no_time(capsys):
    assert told([]) == 0 and capsys.readouterr().err == ""


def test_the_record_has_the_plan_the_cost_and_the_host_but_not_its_name(tmp_path):
    network, plan = torch.nn.Linear(2, 3), TrainingPlan(steps=7)
    weights, record = tmp_path / "weights.pt", tmp_path / "record.json"
    write_trained(network, plan, {"images_seen": 42}, weights, record)
    tensors = torch.load(weights, weights_only=True)
    assert tensors.keys() == network.state_dict().keys()
    assert all(torch.equal(tensors[n], t) for n, t in network.state_dict().items())
    found = read_json(record)
    assert found["weights_sha256"] == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert found["plan"]["steps"] == 7 and found["images_seen"] == 42
    assert "processor" in found["host"] and "host" not in found["host"]


def test_equal_weights_give_equal_bytes_under_any_name(tmp_path):
    """The temporary file has the number of the process in its name."""
    network, digests = torch.nn.Linear(2, 3), []
    for name in ("one", "other"):
        write_trained(
            network, TrainingPlan(steps=1), {}, tmp_path / name, tmp_path / f"{name}.json"
        )
        digests.append(read_json(tmp_path / f"{name}.json")["weights_sha256"])
    assert digests[0] == digests[1]


class Small:
    """A super-network with no more than the training needs."""

    name, space, prepare = "embedded_resnet", "its space", "its preparation"

    @staticmethod
    def untrained():
        return torch.nn.Linear(2, 3)


def test_a_training_goes_by_the_plan_of_its_super_network(tmp_path, monkeypatch):
    """The training itself has its tests in supernets/test_training.py."""
    asked, first = [], []

    def trained(network, *given):
        asked.append(given)
        first.append({name: tensor.clone() for name, tensor in network.state_dict().items()})
        with torch.no_grad():
            network.bias += 1
        yield {"step": 1, "steps": 1, "loss": 1.0, "cpu_seconds": 20.6}

    monkeypatch.setattr(glyphs, "masters_digest", lambda: "of the glyphs")
    monkeypatch.setattr(glyphs, "images", lambda name: (f"images of {name}", "labels"))
    monkeypatch.setattr(vision_training, "train", trained)
    plan = TrainingPlan(steps=7, batch_size=6, seed=3)
    monkeypatch.setitem(vision_training.PLANS, "embedded_resnet", plan)
    weights, record, checkpoint = (tmp_path / name for name in ("weights", "record", "checkpoint"))
    train_embedded(Small(), weights, record, checkpoint)
    given = "its space", "images of train", "labels", "its preparation", plan, checkpoint
    assert asked == [given]
    found = read_json(record)
    assert found["images_seen"] == 42 and found["cpu_seconds"] == 21
    assert found["plan"]["steps"] == 7 and found["data_digest"] == "of the glyphs"
    torch.manual_seed(3)
    seeded, kept = Small.untrained(), torch.load(weights, weights_only=True)
    assert all(torch.equal(first[0][n], tensor) for n, tensor in seeded.state_dict().items())
    assert torch.equal(kept["bias"], seeded.bias + 1)


class Killed(Exception):
    pass


def test_a_fine_tuning_writes_weights_of_its_own_and_goes_on_after_a_kill(tmp_path, monkeypatch):
    """A state is written every 50 steps; the kill is in step 52."""
    net = EmbeddedResNet()
    images, labels = np.zeros((16, 3, 32, 32), np.uint8), np.arange(16)
    images[:] = np.arange(16)[:, None, None, None] * 16
    drawn = []
    monkeypatch.setattr(glyphs, "images", lambda *asked: (drawn.append(asked), (images, labels))[1])
    few = replace(vision_training.FINE_TUNING, batch_size=2, random_networks=1)
    monkeypatch.setattr(vision_training, "FINE_TUNING", few)
    smallest = net.space.decode(net.space.extremes()[:1], fill=True)
    before = {name: tensor.clone() for name, tensor in net.network().state_dict().items()}

    def tuned(name):
        place = tmp_path / f"{name}.pt", tmp_path / f"{name}.state"
        fine_tune(net, smallest, 52, 3, *place, "cpu")
        return place[0].read_bytes()

    whole, calls = tuned("whole"), []

    def dying(given):
        calls.append(given)
        if len(calls) == 52:
            raise Killed
        return EmbeddedResNet.prepare(given)

    monkeypatch.setattr(net, "prepare", dying)
    with pytest.raises(Killed):
        tuned("parts")
    assert not (tmp_path / "parts.pt").exists()
    calls.clear()
    monkeypatch.setattr(net, "prepare", lambda given: calls.append(1) or type(net).prepare(given))
    assert tuned("parts") == whole and len(calls) == 2
    # 52 steps of 2 images fit into one chunk, the same one in each call.
    assert len(drawn) == 3 and len({*drawn}) == 1
    name, count, first = drawn[0]
    assert (name, count, first % glyphs.CHUNK) == ("train", glyphs.CHUNK, 0)
    assert 0 < first < glyphs.SPLIT_SIZES["train"]
    trained = EmbeddedResNet(str(tmp_path / "whole.pt"))
    found = trained.network().state_dict()
    assert not all(torch.equal(found[name], before[name]) for name in before)
    kept = net.network().state_dict()
    assert all(torch.equal(kept[name], before[name]) for name in before)


@pytest.mark.parametrize("name", vision_training.PLANS)
def test_the_shipped_weights_were_trained_by_the_plan(name):
    from archfront.supernets.registry import supernet

    plan, record = vision_training.PLANS[name], read_json(supernet(name).record)
    assert record["images_seen"] == plan.steps * plan.batch_size
