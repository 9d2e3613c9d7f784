"""Making a sub-network ready to run as a platform has it: memory format, precision, runtime."""

from collections.abc import Callable
from io import BytesIO

import torch

from archfront.measurement.platform import Platform


def inference(
    subnetwork: torch.nn.Module, shape: tuple[int, ...], platform: Platform
) -> Callable[[], object]:
    """A function without arguments: one inference of a batch of this shape, as often as wanted.

    ``subnetwork`` is in evaluation mode, and is changed; what it answers does not matter to its
    latency, so the batch is zeros. On a GPU the call returns before the work is done.
    """
    precision = {"fp32": torch.float32, "bf16": torch.bfloat16}[platform.precision]
    channels_last = platform.runtime == "channels_last"
    layout = torch.channels_last if channels_last else torch.contiguous_format
    subnetwork.to(platform.device, precision, memory_format=layout)
    batch = torch.zeros(shape, device=platform.device, dtype=precision)
    if len(shape) == 4:  # a classifier by itself takes rows
        batch = batch.contiguous(memory_format=layout)
    if platform.runtime == "onnxruntime":
        return _onnx(subnetwork, batch, platform.threads)
    run = torch.compile(subnetwork, dynamic=False) if platform.runtime == "compile" else subnetwork
    return lambda: run(batch)


def _onnx(subnetwork: torch.nn.Module, batch: torch.Tensor, threads: int) -> Callable[[], object]:
    import onnxruntime

    file = BytesIO()
    torch.onnx.export(subnetwork, (batch,), dynamo=True, external_data=False, verbose=False).save(
        file
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(
        file.getvalue(), options, providers=["CPUExecutionProvider"]
    )
    images = {session.get_inputs()[0].name: batch.numpy()}
    return lambda: session.run(None, images)
