import pytest
import torch

from archfront.core.platform import Platform
from archfront.evaluation.runtime import inference


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
    answer = inference(network, (2, 3, 8, 8), platform)()
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
    assert inference(network, (1, 3, 8, 8), platform)().shape == (1, 4, 6, 6)
