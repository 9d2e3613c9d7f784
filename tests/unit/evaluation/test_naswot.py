import numpy as np
import pytest
import torch

from archfront.evaluation.naswot import naswot


class Signs(torch.nn.Linear):
    """Passes its input on: the codes are the signs of the images."""

    def reset_parameters(self):
        torch.nn.init.eye_(self.weight)
        torch.nn.init.zeros_(self.bias)


def test_the_score_by_hand():
    network = torch.nn.Sequential(Signs(4, 4), torch.nn.ReLU())
    images = torch.tensor([[1.0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 1]]) - 0.5
    reading = naswot(network, images)
    shared = np.array([[4, 3, 0], [3, 4, 1], [0, 1, 4]])
    assert reading.value == pytest.approx(np.log(np.linalg.det(shared)))


def test_the_score_is_the_same_each_time_and_equal_codes_fail():
    network = torch.nn.Sequential(torch.nn.Linear(4, 9), torch.nn.ReLU())
    images = torch.from_numpy(np.random.default_rng(1).normal(size=(3, 4))).float()
    first, second = (naswot(network, images).value for _ in range(2))
    assert first == second
    assert naswot(network, images[[0, 0]]).value == -np.inf
    assert naswot(torch.nn.Linear(4, 9), images).value == -np.inf
