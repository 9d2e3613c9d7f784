"""How OFA's networks turn fractional widths into channels, and strides into sizes."""

import numpy as np

from archfront.core.space import SearchSpace


def divisible(width: float, divisor: int = 8) -> int:
    """The nearest multiple of ``divisor``, never more than 10 % below: MobileNet's rule."""
    rounded = max(divisor, int(width + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * width else rounded


def halved(size: int, stride: int) -> int:
    """Side of a feature map after a padded convolution or pooling."""
    return (size + stride - 1) // stride


def resolutions(space: SearchSpace, fixed: int | None) -> tuple[int, ...]:
    """Sides of the images that sub-networks take: the values of ``r``, or the one that is fixed."""
    return space.parameters[-1].values if space.kinds[-1] == "r" else (fixed,)


def resolution_indices(space: SearchSpace, population: np.ndarray) -> np.ndarray:
    """Which of :func:`resolutions` each row has: int ``n``."""
    return population[:, -1] if space.kinds[-1] == "r" else np.zeros(len(population), int)
