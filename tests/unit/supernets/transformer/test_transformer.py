import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from archfront.supernets.transformer.elastic_transformer import Transformer
from archfront.supernets.transformer.transformer import Costs, Geometry, architecture, search_space

WMT = Geometry((512, 640), (1024, 2048, 3072), (4, 8), 512, 24, 24, True)
SMALL = Geometry((12, 16), (8, 20), (2, 4), 16, 30, 30, True, 3, (1, 2, 3), tokens=5, positions=50)
SPACE = search_space(SMALL)
APART = Geometry((12, 16), (8, 20), (2, 4), 16, 30, 25, False, 3, (1, 2, 3), tokens=5, positions=50)


def test_wmt14_en_de_has_417_846_678_672_384_distinct_sub_networks():
    space = search_space(WMT)
    assert space.size == 417_846_678_672_384 == 186_624 * sum(36**depth for depth in range(1, 7))
    assert len(space) == 39


@pytest.mark.parametrize("geometry", [SMALL, APART], ids=["shared", "apart"])
def test_closed_forms_are_those_of_the_built_networks(geometry):
    costs = Costs(SPACE, geometry)
    population = SPACE.sample(10, 1)
    for row, configuration in zip(population[:, None], SPACE.decode(population), strict=True):
        built = Transformer(geometry, architecture(configuration)).eval()
        params = sum(parameter.numel() for parameter in built.parameters())
        if geometry.shared:  # one of the two embeddings is the first columns of the other
            params -= min(
                side.embed_tokens.weight.numel() for side in (built.encoder, built.decoder)
            )
        assert costs.params(row)[0] == pytest.approx(params / 1e6)
        # The counter knows matrix products, and no fused attention on a processor.
        counter = FlopCounterMode(display=False)
        with torch.inference_mode(), sdpa_kernel(SDPBackend.MATH), counter:
            memories = built.memories(*built.encode(torch.full((1, 5), 4)))
            past = [None] * len(built.decoder.layers)
            for number in range(5):
                _, past = built.step(torch.tensor([4]), number, past, memories)
        assert costs.macs(row)[0] == pytest.approx(counter.get_total_flops() / 2e6)
