"""Top-1 accuracy of an extracted sub-network, after batch-norm re-calibration."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray

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
    largest: NDArray[np.float16] | None = None,
) -> Reading:
    """Percentage of ``images`` whose most probable class is the label; higher is better.

    The spread is the binomial standard error, in percentage points. The same inputs give the same
    bits on one processor thread, or on one model of GPU. Images may be a tensor that is on
    ``device`` already. In the precisions bf16 and fp16 batch norm is re-calibrated in fp32, and the
    folded weights are rounded. ``subnetwork`` is changed: its batch norm is re-calibrated and
    folded, and it is moved to ``device``.

    The records of the reading have a row per image: ``right``, ``log_probability`` of the label,
    and, with ``largest``, ``kl``: the Kullback-Leibler divergence from the largest sub-network,
    whose :func:`log_probabilities` for these images ``largest`` is.
    """
    started = time.time()
    expected = torch.from_numpy(np.array(labels)).to(device)
    right, chosen, divergence = [], [], []
    with _ready(subnetwork, calibration, prepare, device, precision):
        done = 0
        for known in _log_probabilities(subnetwork, images, prepare, batch_size, device):
            wanted = expected[done : done + len(known)]
            right.append(known.argmax(dim=1) == wanted)
            chosen.append(known.gather(1, wanted[:, None])[:, 0])
            if largest is not None:
                part = np.array(largest[done : done + len(known)])
                teacher = torch.from_numpy(part).to(device).float()
                divergence.append((teacher.exp() * (teacher - known)).sum(dim=1))
            done += len(known)
    records = {"right": _gathered(right), "log_probability": _half(chosen)}
    if divergence:
        records["kl"] = _half(divergence)
    share = int(records["right"].sum()) / len(labels)
    error = 100 * (share * (1 - share) / len(labels)) ** 0.5
    return Reading(100 * share, error, started=started, finished=time.time(), records=records)


@torch.inference_mode()
def log_probabilities(
    subnetwork: torch.nn.Module,
    images: Images | torch.Tensor,
    calibration: Images | torch.Tensor,
    prepare: Callable[[torch.Tensor], torch.Tensor],
    batch_size: int,
    device: str = "cpu",
    precision: str = "fp32",
) -> NDArray[np.float16]:
    """The logarithm of the probability of each class for each image, ready as for :func:`top1`:
    float16 ``n x classes``."""
    with _ready(subnetwork, calibration, prepare, device, precision):
        return _half([*_log_probabilities(subnetwork, images, prepare, batch_size, device)])


@contextmanager
def _ready(
    subnetwork: torch.nn.Module,
    calibration: Images | torch.Tensor,
    prepare: Callable[[torch.Tensor], torch.Tensor],
    device: str,
    precision: str,
) -> Iterator[None]:
    """Within the context, the sub-network is re-calibrated, folded and on the device."""
    torch.set_num_threads(1)
    keep_freed_memory()
    subnetwork.to(device)
    with computing_in(precision):
        recalibrate(subnetwork, calibration_batches(calibration, prepare, device))
        fold_batch_norm(subnetwork).to(kept_as(precision))
        yield


def _log_probabilities(
    subnetwork: torch.nn.Module,
    images: Images | torch.Tensor,
    prepare: Callable[[torch.Tensor], torch.Tensor],
    batch_size: int,
    device: str,
) -> Iterator[torch.Tensor]:
    """The logarithms of the probabilities of all classes, batch by batch, on the device."""
    kept = next(subnetwork.parameters()).dtype
    for batch in _batches(images, batch_size, prepare, device):
        yield subnetwork(batch.to(kept)).float().log_softmax(dim=1)


def _gathered(parts: list[torch.Tensor]) -> np.ndarray:
    # One copy at the end: reading each batch would make a GPU wait.
    return torch.cat(parts).cpu().numpy()


def _half(parts: list[torch.Tensor]) -> NDArray[np.float16]:
    """The numbers as float16; those that are too large for it have its largest number."""
    largest = float(np.finfo(np.float16).max)
    return _gathered(parts).clip(-largest, largest).astype(np.float16)


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
