import pytest
import torch

from archfront.core.platform import Platform
from archfront.evaluation.runtime import inference, random_batch


@pytest.mark.parametrize("runtime", ["eager", "channels_last", "onnxruntime"])
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@torch.inference_mode()
def test_a_sub_network_runs_as_the_platform_says(runtime, precision):
    platform = Platform("here", batch_size=2, runtime=runtime, precision=precision)
    try:
        platform.check()
    except ValueError as error:
        pytest.skip(str(error))
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.Flatten()).eval()
    answer = inference(network, random_batch((2, 3, 8, 8)), platform)()
    (answer,) = answer if isinstance(answer, list) else (answer,)
    assert tuple(answer.shape) == (2, 4 * 6 * 6)
    assert network[0].weight.dtype == {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]
    assert network[0].weight.is_contiguous(memory_format=torch.channels_last) == (
        runtime == "channels_last"
    )


@pytest.mark.slow
@torch.inference_mode()
def test_a_compiled_sub_network_runs():
    platform = Platform("here", runtime="compile")
    try:
        platform.check()
    except ValueError as error:
        pytest.skip(str(error))
    network = torch.nn.Conv2d(3, 4, 3).eval()
    assert inference(network, random_batch((1, 3, 8, 8)), platform)().shape == (1, 4, 6, 6)


class Masked(torch.nn.Module):
    """Takes token ids and a mask, in another order than the examples name them."""

    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(9, 4)

    def forward(self, mask, tokens):
        return (self.embedding(tokens) * mask.unsqueeze(-1)).sum(1)


TOKENS, MASK = torch.tensor([[1, 2, 3]]), torch.tensor([[1.0, 1.0, 0.0]])


@pytest.mark.parametrize("runtime", ["eager", "onnxruntime"])
@pytest.mark.parametrize("inputs", [(MASK, TOKENS), {"tokens": TOKENS, "mask": MASK}])
@torch.inference_mode()
def test_several_inputs_reach_their_arguments(runtime, inputs):
    platform = Platform("here", runtime=runtime)
    try:
        platform.check()
    except ValueError as error:
        pytest.skip(str(error))
    network = Masked().eval()
    (answer,) = inference(network, inputs, platform)()
    expected = network.embedding.weight[1] + network.embedding.weight[2]
    assert torch.as_tensor(answer).flatten().tolist() == pytest.approx(expected.tolist())


@torch.inference_mode()
def test_token_ids_keep_their_type_in_another_precision():
    network = Masked().eval()
    answer = inference(network, (MASK, TOKENS), Platform("here", precision="bf16"))()
    assert answer.dtype == torch.bfloat16


@torch.inference_mode()
def test_a_network_may_take_nothing_or_a_list():
    class Sum(torch.nn.Module):
        def forward(self, *given):
            return sum(given)

    assert inference(Sum(), (), Platform("here"))() == 0
    assert inference(Sum(), (MASK, MASK), Platform("here"))().tolist() == [[2.0, 2.0, 0.0]]
