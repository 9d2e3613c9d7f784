"""Export of an extracted sub-network for deployment: OFA-style files, a state dict, ONNX."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils._pytree import tree_leaves

from archfront.core.files import read_json, write_json
from archfront.core.required import required
from archfront.core.types import Facts
from archfront.evaluation.batch_norm import fold_batch_norm
from archfront.evaluation.image_cache import Images
from archfront.evaluation.runtime import Inputs, arguments, onnx_inputs
from archfront.evaluation.top1 import share_right
from archfront.supernets.convolutional.elastic_torch import use_torch_layers
from archfront.supernets.convolutional.ofa_package import channels_rounded_to, import_ofa

TOLERANCE = 1e-3
"""Outputs of torch and ONNX must differ by less than this."""


def write_subnetwork(
    subnetwork: nn.Module,
    folder: Path,
    images: Images,
    labels: np.ndarray,
    prepare: Callable[[torch.Tensor], torch.Tensor],
    batch_size: int,
    divisor: int,
) -> dict:
    """Write ``net.config``, ``weights.pt`` and ``subnetwork.onnx``, then read them back.

    ``net.config`` (JSON) is the input of ``build_from_config`` of OFA's static networks, and
    ``weights.pt`` (``weights_only=True``) is the input of their ``load_state_dict``. The batch norm
    of ``subnetwork`` must be re-calibrated. The widths of ``subnetwork`` are multiples of
    ``divisor``. Returns ``top1`` (%) of the network that is rebuilt from the files, and
    ``onnx_largest_difference``, the largest difference of a logit between that network and the ONNX
    file. RuntimeError if this difference is not below :data:`TOLERANCE`.
    """
    write_json(folder / "net.config", subnetwork.config)
    torch.save(subnetwork.state_dict(), folder / "weights.pt")

    rebuilt = rebuild(folder, divisor)
    fold_batch_norm(use_torch_layers(rebuilt))
    torch.set_num_threads(1)
    top1 = 100 * share_right(rebuilt, images, labels, prepare, batch_size)

    batch = prepare(torch.from_numpy(np.array(images[:4]))).contiguous()
    path = folder / "subnetwork.onnx"
    torch.onnx.export(
        rebuilt,
        (batch,),
        path,
        input_names=["images"],
        output_names=["logits"],
        dynamic_shapes=({0: torch.export.Dim("batch", min=1)},),
        external_data=False,
        verbose=False,
    )
    return {"top1": top1, "onnx_largest_difference": _checked(rebuilt, path, (batch,), {})}


def write_module(module: nn.Module, inputs: Inputs, folder: Path) -> Facts:
    """Write any module: ``weights.pt`` (its state), ``subnetwork.pt2`` (``torch.export``) and
    ``subnetwork.onnx``, the latter two for a batch like ``inputs``.

    Returns ``onnx_largest_difference``, the largest difference of an output between torch and the
    ONNX file. If torch cannot export the module, ``weights.pt`` is the only file, and
    ``not_exported`` gives the reason. RuntimeError if a difference is not below :data:`TOLERANCE`.
    """
    torch.save(module.state_dict(), folder / "weights.pt")
    positional, named = arguments(inputs)
    path = folder / "subnetwork.onnx"
    try:
        program = torch.export.export(module, positional, named)
        made = required(torch.onnx.export(program, external_data=False, verbose=False), "program")
    except Exception as error:  # torch or the user's module may raise any exception
        reason = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
        print(f"warning: weights.pt only, since torch cannot export: {reason}", file=sys.stderr)
        return {"not_exported": reason}
    torch.export.save(program, folder / "subnetwork.pt2")
    made.save(path)
    return {"onnx_largest_difference": _checked(module, path, positional, named)}


def _checked(
    module: nn.Module,
    path: Path,
    positional: tuple[torch.Tensor, ...],
    named: dict[str, torch.Tensor],
) -> float:
    """The largest difference of an output between torch and the ONNX file ``path``."""
    from onnx.reference import ReferenceEvaluator

    evaluator = ReferenceEvaluator(str(path))
    answers = evaluator.run(None, onnx_inputs(evaluator.input_names, module, positional, named))
    with torch.inference_mode():
        expected = tree_leaves(module(*positional, **named))
    difference = max(
        float(np.abs(answer - torch.as_tensor(one).numpy()).max())
        for answer, one in zip(answers, expected, strict=True)
    )
    print(f"ONNX and torch differ by at most {difference:.2g}", file=sys.stderr)
    if not difference < TOLERANCE:
        raise RuntimeError(f"the ONNX file gives other outputs (by {difference}) than torch")
    return difference


def rebuild(folder: Path, divisor: int) -> nn.Module:
    """The sub-network from ``net.config`` and ``weights.pt`` alone, in evaluation mode."""
    import_ofa()
    from ofa.imagenet_classification.networks import get_net_by_name

    config = read_json(folder / "net.config")
    with channels_rounded_to(divisor):
        subnetwork = get_net_by_name(config["name"]).build_from_config(config)
    state = torch.load(folder / "weights.pt", weights_only=True)
    subnetwork.load_state_dict(state, strict=True)
    return subnetwork.eval()
