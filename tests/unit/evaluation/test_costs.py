import pytest
import torch
from torch import nn

from archfront.evaluation.costs import costs


def test_layers_are_counted_by_hand():
    """A convolution with 3 x 4 kernels of 3 x 3 on 6 x 6 outputs, and a linear layer, for a batch
    of 2. Bias, batch norm and activation have parameters but no multiply-adds."""
    module = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 5)
    ).eval()
    macs, params = costs(module, torch.zeros(2, 3, 8, 8))
    assert 1e6 * macs == pytest.approx(2 * (3 * 4 * 9 * 36 + 144 * 5))
    assert 1e6 * params == pytest.approx(4 * 27 + 4 + 8 + 144 * 5 + 5)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(9, 8)
        self.head = nn.Linear(8, 9, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, tokens, mask):
        x = self.embedding(tokens).unsqueeze(1)
        x = nn.functional.scaled_dot_product_attention(x, x, x, attn_mask=mask)
        return self.head(x)


def test_attention_counts_its_two_products_and_shared_parameters_once():
    """5 tokens of 8 features: two products of 5 x 5 x 8, and 5 x 8 x 9 for the head."""
    tokens, mask = torch.zeros(1, 5, dtype=torch.int64), torch.ones(5, 5, dtype=torch.bool)
    macs, params = costs(Attention().eval(), {"tokens": tokens, "mask": mask})
    assert 1e6 * macs == pytest.approx(2 * 5 * 5 * 8 + 5 * 8 * 9)
    assert 1e6 * params == pytest.approx(9 * 8)


def test_a_module_whose_control_flow_depends_on_values_is_counted_where_it_is():
    class Early(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 2)

        def forward(self, x):
            x = self.first(x)
            return x if x.sum().item() > 1e9 else self.second(x)

    macs, _ = costs(Early().eval(), torch.ones(1, 4))
    assert 1e6 * macs == pytest.approx(4 * 4 + 4 * 2)


def test_the_module_is_not_changed():
    module = nn.Linear(3, 2)
    costs(module, torch.ones(1, 3))
    assert module.weight.device.type == "cpu" and module.weight.requires_grad
