"""Arithmetic of OFA's networks: channels from fractional widths, feature map sizes from strides."""

import numpy as np

from archfront.core.space import SearchSpace


def divisible(width: float, divisor: int = 8) -> int:
    """The nearest multiple of ``divisor``, at most 10 % below ``width`` (MobileNet's rule)."""
    rounded = max(divisor, int(width + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * width else rounded


def halved(size: int, stride: int) -> int:
    """Side of a feature map after a padded convolution or pooling."""
    return (size + stride - 1) // stride


def resolutions(space: SearchSpace, fixed: int | None) -> tuple[int, ...]:
    """Sides of the images of sub-networks, in pixels: the values of ``r``, or else ``fixed``."""
    return space.parameters[-1].values if space.kinds[-1] == "r" else (fixed,)


def resolution_indices(space: SearchSpace, population: np.ndarray) -> np.ndarray:
    """Index of each row's resolution in :func:`resolutions`: int ``n``."""
    return population[:, -1] if space.kinds[-1] == "r" else np.zeros(len(population), int)
