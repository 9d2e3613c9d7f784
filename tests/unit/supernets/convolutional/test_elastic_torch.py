import pytest
import torch
from helpers.elastic import EMBEDDED, elastic
from helpers.image_folder import PUBLISHED

from archfront.supernets.embedded.vision import EmbeddedMobileNetV3, EmbeddedResNet
from archfront.supernets.registry import supernet


@pytest.mark.parametrize("family", [EmbeddedMobileNetV3, EmbeddedResNet])
def test_an_extracted_sub_network_is_the_super_network(family):
    from archfront.supernets.convolutional.elastic_torch import extract

    given = family()
    network = given.untrained().eval()
    for parameter in network.parameters():
        if parameter.ndim == 1:  # untrained scales hide mistakes: all 1, or 0
            torch.nn.init.uniform_(parameter, 0.5, 1.5)
    images = given.prepare(torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8))
    with torch.inference_mode():
        for configuration in given.space.decode(given.space.sample(3, 1), fill=True):
            static = extract(network, configuration)(images)
            assert torch.allclose(static, network(images), atol=1e-4)


@pytest.mark.parametrize("name", [*PUBLISHED, *EMBEDDED])
def test_blocks_of_one_number_are_equal_and_others_differ(name):
    """By the config of each block of the built network, and what comes into it."""
    from archfront.supernets.convolutional.elastic_torch import blocks_of, input_shapes

    network = supernet(
        name if name.startswith("embedded") else {"name": name, "resolution": [64, 96]}
    )
    population = network.space.sample(6, 4)
    whole = elastic(name)
    known = {}
    for row, configuration in zip(
        network.blocks(population), network.space.decode(population, fill=True), strict=True
    ):
        whole.set_active_subnet(**configuration)
        side, there = network.resolution(configuration), row[row >= 0]
        with torch.device("meta"):
            subnetwork = whole.get_active_subnet(preserve_weight=False).eval()
            shapes = input_shapes(subnetwork, (1, 3, side, side))
        blocks = blocks_of(subnetwork, len(there) - 1)
        for number, modules in zip(there.tolist(), blocks, strict=True):
            what = str([(m.config, shapes[m]) for m in modules if hasattr(m, "config")])
            assert known.setdefault(number, what) == what
    assert len(set(known.values())) == len(known)
