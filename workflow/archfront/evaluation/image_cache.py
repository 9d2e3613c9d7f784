"""Validation images in the memory of a GPU, so that sub-networks wait for no copy or decoder."""

import numpy as np
import torch

SHARE = 0.5
"""Share of a GPU's free memory that images may take. The rest is for the computation on them."""


def kept_on(device: str, images, batch: int = 500):
    """The images as one uint8 tensor on a GPU with room for them in its free memory. Otherwise, and
    on a processor, ``images`` as they are.

    ``images`` have a length, and slices that are uint8 arrays; each slice is read once.
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


def fits(images, free: int) -> bool:
    """Whether images take at most :data:`SHARE` of ``free`` bytes."""
    return len(images) * np.asarray(images[:1]).nbytes <= SHARE * free


def gathered(images, device: str, batch: int) -> torch.Tensor:
    """All images as one tensor on the device, copied in batches."""
    shape = np.asarray(images[:1]).shape[1:]
    whole = torch.empty((len(images), *shape), dtype=torch.uint8, device=device)
    for start in range(0, len(images), batch):
        some = np.array(images[start : start + batch])
        whole[start : start + len(some)] = torch.from_numpy(some).to(device)
    return whole
