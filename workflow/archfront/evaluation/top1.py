"""Top-1 accuracy of an extracted sub-network, after batch-norm re-calibration."""

import time
from collections.abc import Callable

import numpy as np
import torch

from archfront.core.supernet import Reading
from archfront.evaluation.batch_norm import fold_batch_norm, recalibrate
from archfront.evaluation.memory import keep_freed_memory

CALIBRATION_BATCH = 200


@torch.inference_mode()
def top1(
    subnetwork: torch.nn.Module,
    images: np.ndarray,
    labels: np.ndarray,
    calibration: np.ndarray,
    prepare: Callable[[torch.Tensor], torch.Tensor],
    batch_size: int,
    device: str = "cpu",
) -> Reading:
    """Percentage of ``images`` whose most probable class is the label; higher is better.

    The spread is the binomial standard error, in percentage points. The same inputs give the same
    bits on one processor thread, or on one model of GPU; TF32 is not used. ``subnetwork`` is
    changed: its batch norm is re-calibrated and folded, and it is moved to ``device``.
    """
    torch.set_num_threads(1)
    keep_freed_memory()
    started = time.time()
    subnetwork.to(device)
    with torch.backends.cudnn.flags(True, deterministic=True, allow_tf32=False):
        recalibrate(subnetwork, calibration_batches(calibration, prepare, device))
        fold_batch_norm(subnetwork)
        share = share_right(subnetwork, images, labels, prepare, batch_size, device)
    error = 100 * (share * (1 - share) / len(labels)) ** 0.5
    return Reading(100 * share, error, started=started, finished=time.time())


@torch.inference_mode()
def share_right(
    subnetwork: torch.nn.Module,
    images: np.ndarray,
    labels: np.ndarray,
    prepare: Callable[[torch.Tensor], torch.Tensor],
    batch_size: int,
    device: str = "cpu",
) -> float:
    """Share of ``images`` whose most probable class is the label, between 0 and 1."""
    expected = torch.from_numpy(np.array(labels)).to(device).split(batch_size)
    batches = _batches(images, batch_size, prepare, device)
    # The sum is computed on the device: reading each number would make a GPU wait.
    right = sum(
        (subnetwork(batch).argmax(dim=1) == some).sum()
        for batch, some in zip(batches, expected, strict=True)
    )
    return int(right) / len(labels)


def calibration_batches(calibration: np.ndarray, prepare: Callable, device: str = "cpu"):
    """The batches for the batch norm re-calibration, of :data:`CALIBRATION_BATCH` images each."""
    return _batches(calibration, CALIBRATION_BATCH, prepare, device)


def _batches(images: np.ndarray, size: int, prepare: Callable, device: str):
    for start in range(0, len(images), size):
        # A copy, because torch warns of arrays that cannot be written to, such as a mapped file.
        yield prepare(torch.from_numpy(np.array(images[start : start + size])).to(device))
