"""Once-for-All MobileNetV3: its search space and the closed forms of MACs and parameters.

Five stages of two to four inverted-residual blocks, each with a kernel size and an expansion
ratio of its own: 7371^5 = 2.176e19 distinct sub-networks. Source: Cai et al., "Once-for-All: Train
One Network and Specialize it for Efficient Deployment", ICLR 2020.
"""

from dataclasses import dataclass

import numpy as np

from archfront.space import ElasticParameter, SearchSpace
from archfront.supernets.widths import divisible, halved

STAGES, BLOCKS = 5, 4
KERNELS, EXPANSIONS, DEPTHS = (3, 5, 7), (3, 4, 6), (2, 3, 4)
BASE_WIDTHS = (16, 16, 24, 40, 80, 112, 160, 960, 1280)
"""Stem, first block, five elastic stages, final expansion, feature mix; at multiplier 1."""
SQUEEZE = (False, True, False, True, True)
"""Which stages have squeeze-and-excitation."""


def search_space() -> SearchSpace:
    """``ks`` (20 kernel sizes), ``e`` (20 expansion ratios), ``d`` (5 depths), in that order."""
    first_depth = 2 * STAGES * BLOCKS

    def blocks(kind: str, values: tuple) -> list[ElasticParameter]:
        return [
            ElasticParameter(kind, values, controller=first_depth + stage, threshold=block + 1)
            for stage in range(STAGES)
            for block in range(BLOCKS)
        ]

    depths = [ElasticParameter("d", DEPTHS) for _ in range(STAGES)]
    return SearchSpace([*blocks("ks", KERNELS), *blocks("e", EXPANSIONS), *depths])


@dataclass(frozen=True)
class Geometry:
    """Everything about the network that is not elastic.

    width_multiplier scales :data:`BASE_WIDTHS`; ``strides`` are those of the first block of each
    elastic stage (the stem has 2, the first, fixed block 1); ``resolution`` in pixels.
    """

    width_multiplier: float
    strides: tuple[int, ...]
    resolution: int
    classes: int

    @property
    def widths(self) -> list[int]:
        return [divisible(width * self.width_multiplier) for width in BASE_WIDTHS]


class Costs:
    """MACs and parameters of whole populations, exact, from tables per block.

    The convention is that of the published OFA numbers: multiply-adds of convolutions and linear
    layers at batch 1; parameters of the extracted sub-network, batch norm included.
    """

    def __init__(self, space: SearchSpace, geometry: Geometry):
        self._space = space
        stem, first, *stages, final, last = geometry.widths
        size = halved(geometry.resolution, 2)
        self._fixed = np.zeros(2)
        self._add_fixed(3 * stem * 9, size, 2 * stem)
        self._add_fixed(stem * 9 + stem * first, size, 2 * stem + 2 * first)
        self._tables = np.zeros((STAGES * BLOCKS, len(KERNELS), len(EXPANSIONS), 2))
        width = first
        for stage, (out, stride) in enumerate(zip(stages, geometry.strides, strict=True)):
            for block in range(BLOCKS):
                entered, size = size, halved(size, stride if block == 0 else 1)
                for k, kernel in enumerate(KERNELS):
                    for e, expansion in enumerate(EXPANSIONS):
                        self._tables[stage * BLOCKS + block, k, e] = _block(
                            width, out, kernel, expansion, entered, size, SQUEEZE[stage]
                        )
                width = out
        self._add_fixed(width * final, size, 2 * final)
        self._add_fixed(final * last + last * geometry.classes, 1, geometry.classes)

    def _add_fixed(self, weights: int, size: int, others: int) -> None:
        self._fixed += weights * size**2, weights + others

    def __call__(self, population: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """MACs and parameters, each in millions: float64 ``n``."""
        blocks = np.arange(STAGES * BLOCKS)
        population = np.asarray(population)
        active = self._space.active(population)[:, : len(blocks)]
        kernels = self._values(population[:, : len(blocks)], blocks, KERNELS)
        expansions = self._values(
            population[:, len(blocks) : 2 * len(blocks)], blocks + len(blocks), EXPANSIONS
        )
        costs = self._tables[blocks, kernels, expansions] * active[..., None]
        macs, params = (self._fixed + costs.sum(axis=1)).T / 1e6
        return macs, params

    def _values(self, entries: np.ndarray, columns: np.ndarray, values: tuple) -> np.ndarray:
        """Indices into ``values`` from indices into the (perhaps constrained) parameters."""
        numbers = np.zeros((len(columns), len(values)), np.int64)
        for row, column in enumerate(columns):
            legal = [values.index(v) for v in self._space.parameters[column].values]
            numbers[row, : len(legal)] = legal
        return numbers[np.arange(len(columns)), entries]


def _block(
    width: int, out: int, kernel: int, expansion: int, entered: int, size: int, squeeze: bool
) -> tuple[int, int]:
    """MACs and parameters of an inverted-residual block."""
    middle = divisible(width * expansion)
    expand, depthwise, project = width * middle, middle * kernel**2, middle * out
    macs = expand * entered**2 + (depthwise + project) * size**2
    params = expand + depthwise + project + 2 * (2 * middle + out)
    if squeeze:
        reduced = divisible(middle // 4)
        macs += 2 * middle * reduced
        params += 2 * middle * reduced + middle + reduced
    return macs, params
