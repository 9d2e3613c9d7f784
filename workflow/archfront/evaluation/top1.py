"""Top-1 accuracy of an extracted sub-network, after batch-norm re-calibration."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import torch

from archfront.core.supernet import Reading
from archfront.evaluation.batch_norm import fold_batch_norm, recalibrate
from archfront.evaluation.image_cache import Images
from archfront.evaluation.memory import keep_freed_memory
from archfront.evaluation.precision import computing_in, kept_as

CALIBRATION_BATCH = 200


@torch.inference_mode()
def top1(
    subnetwork: torch.nn.Module,
    images: Images | torch.Tensor,
    labels: np.ndarray,
    calibration: Images | torch.Tensor,
    prepare: Callable[[torch.Tensor], torch.Tensor],
    batch_size: int,
    device: str = "cpu",
    precision: str = "fp32",
) -> Reading:
    """Percentage of ``images`` whose most probable class is the label; higher is better.

    The spread is the binomial standard error, in percentage points. The same inputs give the same
    bits on one processor thread, or on one model of GPU. Images may be a tensor that is on
    ``device`` already. In the precisions bf16 and fp16 batch norm is re-calibrated in fp32, and the
    folded weights are rounded. ``subnetwork`` is changed: its batch norm is re-calibrated and
    folded, and it is moved to ``device``.
    """
    torch.set_num_threads(1)
    keep_freed_memory()
    started = time.time()
    subnetwork.to(device)
    with computing_in(precision):
        recalibrate(subnetwork, calibration_batches(calibration, prepare, device))
        fold_batch_norm(subnetwork).to(kept_as(precision))
        share = share_right(subnetwork, images, labels, prepare, batch_size, device)
    error = 100 * (share * (1 - share) / len(labels)) ** 0.5
    return Reading(100 * share, error, started=started, finished=time.time())


@torch.inference_mode()
def share_right(
    subnetwork: torch.nn.Module,
    images: Images | torch.Tensor,
    labels: np.ndarray,
    prepare: Callable[[torch.Tensor], torch.Tensor],
    batch_size: int,
    device: str = "cpu",
) -> float:
    """Share of ``images`` whose most probable class is the label, between 0 and 1."""
    expected = torch.from_numpy(np.array(labels)).to(device).split(batch_size)
    answers = predicted_classes(subnetwork, images, prepare, batch_size, device)
    # The sum is computed on the device: reading each number would make a GPU wait.
    right = sum((found == some).sum() for found, some in zip(answers, expected, strict=True))
    return int(right) / len(labels)


def predicted_classes(
    subnetwork: torch.nn.Module,
    images: Images | torch.Tensor,
    prepare: Callable[[torch.Tensor], torch.Tensor],
    batch_size: int,
    device: str = "cpu",
) -> Iterator[torch.Tensor]:
    """The most probable class of each image, batch by batch, on the device."""
    kept = next(subnetwork.parameters()).dtype
    for batch in _batches(images, batch_size, prepare, device):
        yield subnetwork(batch.to(kept)).argmax(dim=1)


def calibration_batches(
    calibration: Images | torch.Tensor, prepare: Callable, device: str = "cpu"
) -> Iterator[torch.Tensor]:
    """The batches for the batch norm re-calibration, of :data:`CALIBRATION_BATCH` images each."""
    return _batches(calibration, CALIBRATION_BATCH, prepare, device)


def _batches(
    images: Images | torch.Tensor, size: int, prepare: Callable, device: str
) -> Iterator[torch.Tensor]:
    for start in range(0, len(images), size):
        some = images[start : start + size]
        if not isinstance(some, torch.Tensor):
            # A copy: torch warns of arrays that cannot be written to, such as a mapped file.
            some = torch.from_numpy(np.array(some))
        yield prepare(some.to(device))
