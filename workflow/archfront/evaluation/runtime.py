"""Preparing a sub-network for a platform: memory format, precision, runtime."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from io import BytesIO

import numpy as np
import torch

from archfront.core.platform import Platform
from archfront.core.required import required

Inputs = torch.Tensor | Sequence[torch.Tensor] | Mapping[str, torch.Tensor]
"""One batch of the inputs of a network: a tensor, tensors in the order of the arguments of
``forward``, or tensors by the names of these arguments."""


def random_batch(shape: tuple[int, ...]) -> torch.Tensor:
    """Random numbers, the same for each shape. A GPU needs less power for zeros, and so runs at a
    higher clock."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def arguments(inputs: Inputs) -> tuple[tuple[torch.Tensor, ...], dict[str, torch.Tensor]]:
    """The positional and the named arguments of ``forward``."""
    if isinstance(inputs, Mapping):
        return (), dict(inputs)
    return ((inputs,) if isinstance(inputs, torch.Tensor) else tuple(inputs)), {}


class InTurn(torch.nn.Module):
    """Modules that run one after the other, each on the inputs that belong to it."""

    def __init__(self, runs: Sequence[tuple[torch.nn.Module, Inputs]]):
        super().__init__()
        self.modules_in_turn = torch.nn.ModuleList(module for module, _ in runs)
        given = [arguments(inputs) for _, inputs in runs]
        self.named = [(len(positional), list(named)) for positional, named in given]
        self.inputs = [one for tensors, named in given for one in (*tensors, *named.values())]
        """The inputs of :meth:`forward`: those of all modules."""

    def forward(self, *inputs: torch.Tensor) -> object:
        left = iter(inputs)
        for module, (count, names) in zip(self.modules_in_turn, self.named, strict=True):
            positional = [next(left) for _ in range(count)]
            answer = module(*positional, **{name: next(left) for name in names})
        return answer


def in_turn(
    runs: Sequence[tuple[torch.nn.Module, Inputs]],
) -> tuple[torch.nn.Module, Inputs]:
    """One module that runs these modules in turn, and its inputs. A single module stays as it
    is."""
    if len(runs) == 1:
        return runs[0]
    together = InTurn(runs)
    return together, together.inputs


def inference(
    subnetwork: torch.nn.Module, inputs: Inputs, platform: Platform
) -> Callable[[], object]:
    """A function without arguments; each call runs one inference of the batch ``inputs``.

    ``subnetwork`` must be in evaluation mode, and is changed. Floating-point inputs get the
    platform's precision, images (four dimensions) its memory format. On a GPU the call returns
    before the inference is done.
    """
    precision = {"fp32": torch.float32, "bf16": torch.bfloat16}[platform.precision]
    channels_last = platform.runtime in ("channels_last", "cuda_graph")
    layout = torch.channels_last if channels_last else torch.contiguous_format
    # torch's types lack this combination of arguments.
    subnetwork.to(platform.device, precision, memory_format=layout)  # type: ignore[call-overload]

    def placed(tensor: torch.Tensor) -> torch.Tensor:
        if not tensor.is_floating_point():
            return tensor.to(platform.device)
        tensor = tensor.to(platform.device, precision)
        # The batch of a lone classifier is a matrix, without a memory format.
        return tensor.contiguous(memory_format=layout) if tensor.dim() == 4 else tensor

    positional, named = arguments(inputs)
    positional = tuple(map(placed, positional))
    named = {name: placed(tensor) for name, tensor in named.items()}
    if platform.runtime == "onnxruntime":
        return _onnx(subnetwork, positional, named, platform.threads)
    run = torch.compile(subnetwork, dynamic=False) if platform.runtime == "compile" else subnetwork
    call = partial(run, *positional, **named)
    return _captured(call, platform.device) if platform.runtime == "cuda_graph" else call


def _captured(call: Callable[[], object], device: str) -> Callable[[], object]:
    """All kernels of an inference as one CUDA graph, launched at once."""
    with torch.cuda.device(device):
        # The graph must not capture the set-up work of the first calls: a side stream does it.
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                call()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        # All graphs share one memory pool: they run one at a time, and their outputs are not kept.
        # The pool is an object that stays alive, because torch forgets a mere handle together with
        # the last graph that used it.
        # The type of torch's handles is not public.
        pool = _pool(torch.device("cuda", torch.cuda.current_device()))
        with torch.cuda.graph(graph, pool=pool.id):  # type: ignore[arg-type]
            answer = call()
    return partial(_replay, graph, answer, call)


def _replay(graph: torch.cuda.CUDAGraph, answer: object, _: object) -> object:
    """Replay the graph. The last argument keeps the objects alive that the graph reads."""
    graph.replay()
    return answer


@cache
def _pool(device: torch.device) -> torch.cuda.MemPool:
    return torch.cuda.MemPool()


def _onnx(
    subnetwork: torch.nn.Module,
    positional: tuple[torch.Tensor, ...],
    named: dict[str, torch.Tensor],
    threads: int,
) -> Callable[[], object]:
    import onnxruntime

    file = BytesIO()
    program = torch.onnx.export(
        subnetwork, positional, kwargs=named, dynamo=True, external_data=False, verbose=False
    )
    # torch's types lack files that are not on a disk.
    required(program, "program").save(file)  # type: ignore[arg-type]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(
        file.getvalue(), options, providers=["CPUExecutionProvider"]
    )
    fed = onnx_inputs([one.name for one in session.get_inputs()], subnetwork, positional, named)
    return lambda: session.run(None, fed)


def onnx_inputs(
    names: Sequence[str],
    module: torch.nn.Module,
    positional: tuple[torch.Tensor, ...],
    named: dict[str, torch.Tensor],
) -> dict[str, np.ndarray]:
    """The inputs of a module that was exported to ONNX, by the ``names`` that the ONNX file has."""
    given = inspect.signature(module.forward).bind(*positional, **named).arguments
    if set(names) != set(given):  # forward has *arguments, which torch numbers
        given = dict(zip(names, (*positional, *named.values()), strict=True))
    return {name: given[name].numpy() for name in names}
