import numpy as np
import pytest
import torch

from archfront.supernets.registry import supernet
from archfront.supernets.training import TrainingPlan
from archfront.supernets.transformer.translation_training import train_translator

NETWORK = supernet("embedded_transformer")
SPACE = NETWORK.space


def test_a_training_that_was_killed_goes_on_to_the_same_weights(tmp_path):
    random = np.random.default_rng(0)
    sides = [
        [[*random.integers(4, 512, 1 + number % 5).tolist(), 2] for number in range(40)]
        for _ in range(2)
    ]
    plan = TrainingPlan(steps=6, batch_size=8, warm_up_steps=2)

    def trained(path, steps):
        torch.manual_seed(1)
        network = NETWORK.untrained()
        run = train_translator(network, SPACE, *sides, plan, path, checkpoint_every=2)
        if steps == plan.steps:
            for _ in run:
                pass
        return network.state_dict()

    whole = trained(tmp_path / "whole.pt", 6)
    torch.manual_seed(1)
    halted = train_translator(NETWORK.untrained(), SPACE, *sides, plan, tmp_path / "two.pt", 2)
    with pytest.raises(KeyboardInterrupt):
        _killed_after(halted, tmp_path / "two.pt")
    resumed = trained(tmp_path / "two.pt", 6)
    assert all((whole[name] == resumed[name]).all() for name in whole)


def _killed_after(run, checkpoint):
    """Stops a training at its first checkpoint."""
    save = torch.save

    def last(state, path):
        save(state, path)
        path.replace(checkpoint)
        raise KeyboardInterrupt

    torch.save = last
    try:
        next(run)
    finally:
        torch.save = save
