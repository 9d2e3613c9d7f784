from dataclasses import replace

import numpy as np
import pytest
import torch

from archfront.supernets import training
from archfront.supernets.convolutional.inverted_residual import search_space
from archfront.supernets.convolutional.mobilenetv3 import geometry
from archfront.supernets.convolutional.ofa_networks import elastic
from archfront.supernets.embedded.vision import Embedded

NETWORK = geometry(0.25, 5, (2, 1, 2, 1, 1), 32)
SPACE = search_space(NETWORK)
PLAN = training.TrainingPlan(
    steps=6, batch_size=8, smallest_only=0.2, distillation_from=0.6, warm_up_steps=2
)
IMAGES = np.random.default_rng(0).integers(0, 256, (40, 3, 32, 32)).astype(np.uint8)
LABELS = np.arange(40) % 5


def trained(checkpoint, prepare=Embedded.prepare):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    network = elastic(NETWORK)
    states = list(
        training.train(
            network, SPACE, IMAGES, LABELS, prepare, PLAN, checkpoint, checkpoint_every=2
        )
    )
    return network.state_dict(), states


class Killed(Exception):
    pass


def test_a_training_that_was_killed_goes_on_to_the_same_weights(tmp_path):
    whole, states = trained(tmp_path / "whole.pt")
    assert states[-1]["step"] == 6 and states[-1]["cpu_seconds"] > 0
    calls = []

    def dying(images):
        calls.append(len(images))
        if len(calls) == 4:
            raise Killed
        return Embedded.prepare(images)

    with pytest.raises(Killed):
        trained(tmp_path / "parts.pt", dying)
    assert torch.load(tmp_path / "parts.pt", weights_only=True)["step"] == 2
    resumed, states = trained(tmp_path / "parts.pt")
    assert states[-1]["step"] == 6
    assert all(torch.equal(resumed[name], whole[name]) for name in whole)


def test_the_phases_train_the_networks_they_say(monkeypatch, tmp_path):
    settings = []
    network = elastic(NETWORK)
    original = network.set_active_subnet
    monkeypatch.setattr(
        network, "set_active_subnet", lambda **c: (settings.append(c["d"]), original(**c))
    )
    list(training.train(network, SPACE, IMAGES, LABELS, Embedded.prepare, PLAN, tmp_path / "c.pt"))
    # Two steps of the smallest alone, then largest, smallest and two random networks a step.
    assert len(settings) == 2 + 4 * 4
    assert settings[0] == settings[1] == [2] * 5
    for step in range(4):
        largest, smallest = settings[2 + 4 * step : 4 + 4 * step]
        assert (largest, smallest) == ([4] * 5, [2] * 5)


def test_a_training_on_configurations_trains_these_alone(monkeypatch, tmp_path):
    """Each step is as many of them as the plan says, in a random order of the seed."""
    few = SPACE.decode(SPACE.sample(3, 5), fill=True)
    orders = []
    for number, seed in enumerate((1, 1, 2)):
        network, asked = elastic(NETWORK), []
        original = network.set_active_subnet
        monkeypatch.setattr(
            network,
            "set_active_subnet",
            lambda asked=asked, original=original, **c: (asked.append(few.index(c)), original(**c)),
        )
        plan = replace(PLAN, random_networks=3, seed=seed)
        path = tmp_path / f"{number}.pt"
        before = {name: tensor.clone() for name, tensor in network.named_parameters()}
        states = list(training.train_on(few, network, IMAGES, LABELS, Embedded.prepare, plan, path))
        assert states[-1]["step"] == plan.steps and np.isfinite(states[-1]["loss"])
        assert any(not torch.equal(before[name], p) for name, p in network.named_parameters())
        orders.append(asked)
    assert len(orders[0]) == 3 * PLAN.steps and set(orders[0]) == {0, 1, 2}
    assert orders[0] == orders[1] != orders[2]


@pytest.mark.parametrize("weight", [0.0, 0.5])
def test_the_others_weigh_what_the_plan_says_once_they_are_distilled(weight, monkeypatch, tmp_path):
    """At weight 0 it makes no difference which random networks take part."""
    plan = training.TrainingPlan(
        steps=1,
        batch_size=8,
        smallest_only=0,
        distillation_from=0,
        others_weight=weight,
        weight_decay=0,
    )
    trained = []
    for number, seed in enumerate((1, 2)):
        sampled = SPACE.sample(2, seed)
        monkeypatch.setattr(type(SPACE), "sample", lambda *_, sampled=sampled: sampled)
        torch.manual_seed(0)
        network = elastic(NETWORK)
        path = tmp_path / f"{number}.pt"
        list(training.train(network, SPACE, IMAGES, LABELS, Embedded.prepare, plan, path))
        trained.append(dict(network.named_parameters()))
        monkeypatch.undo()
    same = all(torch.equal(tensor, trained[1][name]) for name, tensor in trained[0].items())
    assert same == (weight == 0)


def test_an_epoch_shows_each_image_once():
    plan = training.TrainingPlan(steps=20, batch_size=8)
    rows = np.concatenate([training.rows_of_batch(step, 40, plan) for step in range(5)])
    assert sorted(rows) == list(range(40))
    assert (training.rows_of_batch(5, 40, plan) != training.rows_of_batch(0, 40, plan)).any()


def test_the_learning_rate_warms_up_and_ends_at_zero():
    plan = training.TrainingPlan(steps=1000, warm_up_steps=100)
    rates = [plan.learning_rate_at(step) for step in range(1001)]
    assert rates[0] < rates[50] < rates[99] <= plan.learning_rate
    assert rates[200] > rates[600] > rates[1000] == pytest.approx(0)
