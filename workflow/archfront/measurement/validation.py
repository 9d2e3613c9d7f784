"""Where and in which arithmetic quality is validated: what a device can do, torch made to do it,
and images kept where they are needed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from archfront.measurement.platform import check_gpu, processor_has_bf16

if TYPE_CHECKING:
    import torch

QUALITIES = "top1", "bleu"
"""The objectives that are validated."""
PRECISIONS = "fp32", "tf32", "bf16", "fp16"
ON_A_PROCESSOR = "fp32", "bf16"
DEVICE, PRECISION = "measurement.validation_device", "measurement.validation_precision"
SHARE = 0.5
"""Of a GPU's free memory that images may take; the rest is for what is computed on them."""


def precision_of(settings: Mapping) -> str:
    """Of a validation; fp32 where nothing is said."""
    return settings.get("validation_precision", "fp32")


def unfit_precision(settings: Mapping, objectives: list[str]) -> list[str]:
    """What is wrong with the precision, whatever the host is."""
    device, precision = settings["validation_device"], precision_of(settings)
    problems = []
    if device == "cpu" and precision not in ON_A_PROCESSOR:
        problems.append(
            f"{PRECISION}: {precision!r} is for a GPU, and {DEVICE} is 'cpu'; allowed there: "
            f"{', '.join(ON_A_PROCESSOR)}"
        )
    if "bleu" in objectives and precision != "fp32":
        problems.append(f"{PRECISION}: {precision!r} is for top1; BLEU is taken in fp32 only")
    return problems


def check_validation(settings: Mapping) -> None:
    """ValueError, with key and value and what is allowed, if this host has not the device or the
    device not the precision."""
    device, precision = settings["validation_device"], precision_of(settings)
    if device != "cpu":
        check_gpu(DEVICE, device)
    able = possible_precisions(device)
    if precision not in able:
        raise ValueError(
            f"{PRECISION} = {precision!r}: {device} of this host has no such arithmetic; allowed: "
            f"{', '.join(able)}"
        )


def possible_precisions(device: str) -> list[str]:
    """Those that the device of this host computes in; a GPU must be there."""
    if device == "cpu":
        return [name for name in ON_A_PROCESSOR if name == "fp32" or processor_has_bf16()]
    import torch

    ampere = torch.cuda.get_device_capability(device) >= (8, 0)
    with torch.cuda.device(device):
        bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
    has = {"fp32": True, "tf32": ampere, "bf16": bf16, "fp16": True}
    return [name for name in PRECISIONS if has[name]]


def must_be_here(settings: Mapping, missing: int, of: int) -> None:
    """ValueError if so many validations are missing and this host cannot take them."""
    try:
        check_validation(settings)
    except ValueError as error:
        raise ValueError(
            f"{error}; {missing} of {of} measurements are not in the store: take them where that "
            "can be had, and import what `archfront store export` writes"
        ) from None


@contextmanager
def computing_in(precision: str) -> Iterator[None]:
    """Within, torch's kernels on a GPU are deterministic, and multiply fp32 as TF32 only if that is
    the precision."""
    import torch

    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high" if precision == "tf32" else "highest")
    try:
        with torch.backends.cudnn.flags(True, deterministic=True, allow_tf32=precision == "tf32"):
            yield
    finally:
        torch.set_float32_matmul_precision(before)


def kept_as(precision: str) -> "torch.dtype":
    """The type of weights and activations."""
    import torch

    return {"bf16": torch.bfloat16, "fp16": torch.float16}.get(precision, torch.float32)


def kept_on(device: str, images, batch: int = 500):
    """The images as one uint8 tensor on a GPU whose free memory has room for them; otherwise, and
    on a processor, as they were given.

    ``images`` have a length, and slices that are uint8 arrays; each is read once. A validation of
    the next sub-network then waits for no copy and no decoder.
    """
    import torch

    if device == "cpu" or not len(images):
        return images
    free, _ = torch.cuda.mem_get_info(device)
    if not fits(images, free):
        return images
    try:
        return gathered(images, device, batch)
    except torch.cuda.OutOfMemoryError:  # another process took it meanwhile
        return images


def fits(images, free: int) -> bool:
    """Whether images take at most :data:`SHARE` of so many bytes."""
    return len(images) * np.asarray(images[:1]).nbytes <= SHARE * free


def gathered(images, device: str, batch: int) -> "torch.Tensor":
    """All images as one tensor on the device, moved in batches."""
    import torch

    shape = np.asarray(images[:1]).shape[1:]
    whole = torch.empty((len(images), *shape), dtype=torch.uint8, device=device)
    for start in range(0, len(images), batch):
        some = np.array(images[start : start + batch])
        whole[start : start + len(some)] = torch.from_numpy(some).to(device)
    return whole
