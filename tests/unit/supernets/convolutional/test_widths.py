import numpy as np
import pytest

from archfront.core.space import ElasticParameter, SearchSpace
from archfront.supernets.convolutional.widths import (
    divisible,
    halved,
    resolution_indices,
    resolutions,
)

EXPANSION = ElasticParameter("e", (3, 4, 6))
ELASTIC = SearchSpace([EXPANSION, ElasticParameter("r", (128, 160, 224))])
FIXED = SearchSpace([EXPANSION])


@pytest.mark.parametrize(
    ("width", "divisor", "rounded"),
    [
        (16, 8, 16),
        (20.8, 8, 24),  # the nearest multiple
        (19.9, 8, 24),  # 16 is nearer, but 19.6 % less
        (17.7, 8, 16),  # 9.6 % less
        (12, 8, 16),  # a half is rounded up
        (41.6, 8, 40),
        (1, 8, 8),  # never 0
        (30, 1, 30),
        (29.6, 1, 30),
        (11, 4, 12),
    ],
)
def test_a_width_is_rounded_to_channels(width, divisor, rounded):
    assert divisible(width, divisor) == rounded
    assert divisible(width) == rounded or divisor != 8


@pytest.mark.parametrize(
    ("size", "stride", "side"), [(224, 2, 112), (7, 2, 4), (8, 2, 4), (7, 1, 7), (1, 2, 1)]
)
def test_a_padded_stride_divides_the_side_and_rounds_up(size, stride, side):
    assert halved(size, stride) == side


def test_the_resolution_is_elastic_or_the_fixed_one():
    population = np.array([[0, 2], [1, 0], [2, 1]])
    assert resolutions(ELASTIC, 192) == (128, 160, 224)
    assert resolution_indices(ELASTIC, population).tolist() == [2, 0, 1]
    assert resolutions(FIXED, 192) == (192,)
    assert resolution_indices(FIXED, population[:, :1]).tolist() == [0, 0, 0]
