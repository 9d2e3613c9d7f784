"""The closed forms of every family, in a constrained version of its space."""

import pytest

from archfront.supernets import mobilenetv3, resnet
from archfront.supernets.embedded import EmbeddedMobileNetV3

RESNET = resnet.Geometry((0.65, 0.8, 1.0), 8, 2, 224, 1000)


@pytest.mark.parametrize(
    ("family", "space", "geometry", "allowed"),
    [
        (
            mobilenetv3,
            mobilenetv3.search_space(),
            EmbeddedMobileNetV3.geometry,
            {"ks_1": [7], "e_5": [4, 6], "d_2": [3]},
        ),
        (
            resnet,
            resnet.search_space(RESNET),
            RESNET,
            {"w_0": [2], "e_5": [0.25, 0.35], "d_2": [1]},
        ),
    ],
    ids=["mobilenetv3", "resnet"],
)
def test_a_constrained_space_has_the_same_costs(family, space, geometry, allowed):
    constrained = space.constrain(allowed)
    population = constrained.sample(20, 1)
    full = constrained.convert(population, space)
    for ours, theirs in zip(
        family.Costs(constrained, geometry)(population),
        family.Costs(space, geometry)(full),
        strict=True,
    ):
        assert (ours == theirs).all()
