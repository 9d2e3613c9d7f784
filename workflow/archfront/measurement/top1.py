"""Top-1 accuracy of an extracted sub-network, after batch-norm re-calibration."""

import time
from collections.abc import Callable

import numpy as np
import torch

from archfront.measurement.measure import Reading
from archfront.measurement.memory import keep_freed_memory
from archfront.supernets.elastic_torch import fold_batch_norm, recalibrate

CALIBRATION_BATCH = 200


@torch.inference_mode()
def top1(
    subnetwork: torch.nn.Module,
    images: np.ndarray,
    labels: np.ndarray,
    calibration: np.ndarray,
    prepare: Callable[[torch.Tensor], torch.Tensor],
    batch_size: int,
) -> Reading:
    """Percentage of ``images`` whose most probable class is the label; higher is better.

    The spread is the binomial standard error. On one thread the same inputs give the same bits.
    ``subnetwork`` is changed: re-calibrated and folded.
    """
    torch.set_num_threads(1)
    keep_freed_memory()
    started = time.time()
    recalibrate(subnetwork, calibration_batches(calibration, prepare))
    fold_batch_norm(subnetwork)
    share = share_right(subnetwork, images, labels, prepare, batch_size)
    error = 100 * (share * (1 - share) / len(labels)) ** 0.5
    return Reading(100 * share, error, started=started, finished=time.time())


@torch.inference_mode()
def share_right(
    subnetwork: torch.nn.Module,
    images: np.ndarray,
    labels: np.ndarray,
    prepare: Callable[[torch.Tensor], torch.Tensor],
    batch_size: int,
) -> float:
    """Share of ``images`` whose most probable class is the label, between 0 and 1."""
    right = 0
    for number, batch in enumerate(_batches(images, batch_size, prepare)):
        expected = labels[number * batch_size : (number + 1) * batch_size]
        right += int((subnetwork(batch).argmax(dim=1).numpy() == expected).sum())
    return right / len(labels)


def calibration_batches(calibration: np.ndarray, prepare: Callable):
    """The batches that batch norm is re-calibrated on."""
    return _batches(calibration, CALIBRATION_BATCH, prepare)


def _batches(images: np.ndarray, size: int, prepare: Callable):
    for start in range(0, len(images), size):
        # A copy: what is mapped from a file cannot be written to, which torch warns of.
        yield prepare(torch.from_numpy(np.array(images[start : start + size])))
