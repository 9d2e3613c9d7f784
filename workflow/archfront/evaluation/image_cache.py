"""Validation images in the memory of a GPU, so that sub-networks wait for no copy or decoder."""

from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

SHARE = 0.5
"""Share of a GPU's free memory that images may take. The rest is for the computation on them."""


class Images(Protocol):
    """A sequence of images. A slice of it is a uint8 array ``n x 3 x height x width``."""

    def __len__(self) -> int: ...

    def __getitem__(self, chosen: slice, /) -> NDArray[np.uint8]: ...


def kept_on(device: str, images: Images, batch: int = 500) -> Images | torch.Tensor:
    """The images as one uint8 tensor on a GPU with room for them in its free memory. Otherwise, and
    on a processor, ``images`` as they are.

    Each slice of ``images`` is read once.
    """
    if device == "cpu" or not len(images):
        return images
    free, _ = torch.cuda.mem_get_info(device)
    if not fits(images, free):
        return images
    try:
        return gathered(images, device, batch)
    except torch.cuda.OutOfMemoryError:  # another process took the memory meanwhile
        return images


def fits(images: Images, free: int) -> bool:
    """Whether images take at most :data:`SHARE` of ``free`` bytes."""
    return len(images) * np.asarray(images[:1]).nbytes <= SHARE * free


def gathered(images: Images, device: str, batch: int) -> torch.Tensor:
    """All images as one tensor on the device, copied in batches."""
    shape = np.asarray(images[:1]).shape[1:]
    whole = torch.empty((len(images), *shape), dtype=torch.uint8, device=device)
    for start in range(0, len(images), batch):
        some = np.array(images[start : start + batch])
        whole[start : start + len(some)] = torch.from_numpy(some).to(device)
    return whole
