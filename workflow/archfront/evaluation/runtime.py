"""Preparing a sub-network for a platform: memory format, precision, runtime."""

from collections.abc import Callable
from functools import cache, partial
from io import BytesIO

import torch

from archfront.core.platform import Platform
from archfront.core.required import required


def inference(
    subnetwork: torch.nn.Module, shape: tuple[int, ...], platform: Platform
) -> Callable[[], object]:
    """A function without arguments; each call runs one inference of a batch of this shape.

    ``subnetwork`` must be in evaluation mode, and is changed. The batch is random: a GPU needs less
    power for zeros and so runs at a higher clock. On a GPU the call returns before the inference is
    done.
    """
    precision = {"fp32": torch.float32, "bf16": torch.bfloat16}[platform.precision]
    channels_last = platform.runtime in ("channels_last", "cuda_graph")
    layout = torch.channels_last if channels_last else torch.contiguous_format
    # torch's types lack this combination of arguments.
    subnetwork.to(platform.device, precision, memory_format=layout)  # type: ignore[call-overload]
    batch = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    batch = batch.to(platform.device, precision)
    if len(shape) == 4:  # the batch of a lone classifier is a matrix, without a memory format
        batch = batch.contiguous(memory_format=layout)
    if platform.runtime == "onnxruntime":
        return _onnx(subnetwork, batch, platform.threads)
    if platform.runtime == "cuda_graph":
        return _captured(subnetwork, batch)
    run = torch.compile(subnetwork, dynamic=False) if platform.runtime == "compile" else subnetwork
    return lambda: run(batch)


def _captured(subnetwork: torch.nn.Module, batch: torch.Tensor) -> Callable[[], object]:
    """All kernels of an inference as one CUDA graph, launched at once."""
    with torch.cuda.device(batch.device):
        # The graph must not capture the set-up work of the first calls: a side stream does it.
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                subnetwork(batch)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        # All graphs share one memory pool: they run one at a time, and their outputs are not kept.
        # The pool is an object that stays alive, because torch forgets a mere handle together with
        # the last graph that used it.
        # The type of torch's handles is not public.
        with torch.cuda.graph(graph, pool=_pool(batch.device).id):  # type: ignore[arg-type]
            answer = subnetwork(batch)
    return partial(_replay, graph, answer, (subnetwork, batch))


def _replay(graph: torch.cuda.CUDAGraph, answer: torch.Tensor, _: object) -> torch.Tensor:
    """Replay the graph. The last argument keeps the objects alive that the graph reads."""
    graph.replay()
    return answer


@cache
def _pool(device: torch.device) -> torch.cuda.MemPool:
    return torch.cuda.MemPool()


def _onnx(subnetwork: torch.nn.Module, batch: torch.Tensor, threads: int) -> Callable[[], object]:
    import onnxruntime

    file = BytesIO()
    program = torch.onnx.export(
        subnetwork, (batch,), dynamo=True, external_data=False, verbose=False
    )
    # torch's types lack files that are not on a disk.
    required(program, "program").save(file)  # type: ignore[arg-type]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(
        file.getvalue(), options, providers=["CPUExecutionProvider"]
    )
    images = {session.get_inputs()[0].name: batch.numpy()}
    return lambda: session.run(None, images)
