"""Super-networks of inverted-residual blocks: the search space and the closed forms of the costs.

An elastic stage has at most four blocks. Each block has a kernel size and an expansion ratio. Each
stage has a depth. Once-for-All's MobileNetV3 and ProxylessNAS are such super-networks. Source: Cai
et al., "Once-for-All: Train One Network and Specialize it for Efficient Deployment", ICLR 2020.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from archfront.core.space import ElasticParameter, SearchSpace
from archfront.supernets.convolutional.widths import (
    divisible,
    halved,
    resolution_indices,
    resolutions,
)

BLOCKS = 4
KERNELS, EXPANSIONS, DEPTHS = (3, 5, 7), (3, 4, 6), (2, 3, 4)
PARTS = "pointwise MACs", "depthwise MACs", "activations", "parameters"
"""Quantities that the latency of a block depends on, besides the presence of the block."""


@dataclass(frozen=True)
class Geometry:
    """The properties of the network that are not elastic; widths before the multiplier.

    stem, first:     channels of the first convolution and of the first, fixed block.
    stages:          channels of each elastic stage.
    strides:         stride of the first block of each stage; the stem has stride 2.
    squeeze:         whether each stage has squeeze-and-excitation.
    single:          whether the last stage has a single block, which is always active.
    final_expansion: channels of a convolution before the pooling, 0 without that convolution.
    feature_mix:     channels of the classifier's input. The layer that makes them comes after the
                     pooling if ``final_expansion`` is not 0, else before it, with batch norm.
    width_multiplier: factor of all widths.
    classes:         number of classes.
    resolution:      side of the images in pixels, if the space has no ``r``.
    """

    stem: int
    first: int
    stages: tuple[int, ...]
    strides: tuple[int, ...]
    squeeze: tuple[bool, ...]
    single: bool
    final_expansion: int
    feature_mix: int
    width_multiplier: float
    classes: int
    resolution: int | None = None

    @property
    def depths(self) -> list[int]:
        """Largest number of blocks of each stage."""
        most = [BLOCKS] * len(self.stages)
        return [*most[:-1], 1] if self.single else most

    def width(self, channels: int) -> int:
        return divisible(channels * self.width_multiplier)


def search_space(geometry: Geometry, resolution: Sequence[int] = ()) -> SearchSpace:
    """``ks`` and ``e`` per block, ``d`` per elastic stage, and ``r`` if resolutions are given."""
    elastic = [stage for stage, most in enumerate(geometry.depths) if most == BLOCKS]
    first_depth = 2 * sum(geometry.depths)

    def blocks(kind: str, values: tuple) -> list[ElasticParameter]:
        return [
            ElasticParameter(kind, values, controller=first_depth + stage, threshold=block + 1)
            if stage in elastic
            else ElasticParameter(kind, values)
            for stage, most in enumerate(geometry.depths)
            for block in range(most)
        ]

    depths = [ElasticParameter("d", DEPTHS) for _ in elastic]
    sizes = [ElasticParameter("r", tuple(resolution))] if resolution else []
    return SearchSpace([*blocks("ks", KERNELS), *blocks("e", EXPANSIONS), *depths, *sizes])


class Costs:
    """MACs and parameters of whole populations, exact, from look-up tables per block.

    The convention is that of the published OFA numbers: multiply-adds of convolutions and linear
    layers at batch 1; parameters of the extracted sub-network, batch norm included.
    """

    def __init__(self, space: SearchSpace, geometry: Geometry):
        self._space = space
        sizes = resolutions(space, geometry.resolution)
        blocks = sum(geometry.depths)
        self._blocks = np.arange(blocks)
        self._fixed = np.zeros((len(sizes), 2))
        choices = len(sizes), blocks, len(KERNELS), len(EXPANSIONS)
        self._tables = np.zeros((*choices, 2))
        self._parts = np.ones((*choices, len(PARTS) + 1))  # the last one counts blocks
        self._fixed_peak = np.zeros(len(sizes))
        self._peaks = np.zeros(choices)
        for row, size in enumerate(sizes):
            self._fill(row, geometry, size)
        self._stage = np.repeat(np.arange(len(geometry.depths)), geometry.depths)
        # Indices of a (perhaps constrained) parameter's values into KERNELS and EXPANSIONS.
        self._kernels = _indices(space, range(blocks), KERNELS)
        self._expansions = _indices(space, range(blocks, 2 * blocks), EXPANSIONS)

    def _fill(self, row: int, geometry: Geometry, resolution: int) -> None:
        def layer(weights: int, size: int, others: int) -> None:
            self._fixed[row] += weights * size**2, weights + others

        stem, first = geometry.width(geometry.stem), geometry.width(geometry.first)
        size = halved(resolution, 2)
        layer(3 * stem * 9, size, 2 * stem)
        layer(stem * 9 + stem * first, size, 2 * stem + 2 * first)
        kept = stem if stem == first else 0  # channels that the first block's short cut keeps
        peaks = [3 * resolution**2 + stem * size**2, (stem + max(stem, first) + kept) * size**2]
        width, place = first, 0
        for stage, most in enumerate(geometry.depths):
            out = geometry.width(geometry.stages[stage])
            for block in range(most):
                entered, size = size, halved(size, geometry.strides[stage] if block == 0 else 1)
                for k, kernel in enumerate(KERNELS):
                    for e, expansion in enumerate(EXPANSIONS):
                        shape = width, out, kernel, expansion, entered, size
                        costs, parts = _block(*shape, geometry.squeeze[stage])
                        self._tables[row, place, k, e] = costs
                        self._parts[row, place, k, e, :-1] = np.array(parts) / 1e6
                        self._peaks[row, place, k, e] = _peak(*shape, block > 0)
                width, place = out, place + 1
        mix = geometry.width(geometry.feature_mix)
        if geometry.final_expansion:
            final = geometry.width(geometry.final_expansion)
            layer(width * final, size, 2 * final)
            layer(final * mix, 1, 0)
            peaks += [(width + final) * size**2, final + mix]
        else:
            layer(width * mix, size, 2 * mix)
            peaks.append((width + mix) * size**2)
        layer(mix * geometry.classes, 1, geometry.classes)
        self._fixed_peak[row] = max(*peaks, mix + geometry.classes)

    def __call__(self, population: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """MACs and parameters, each in millions: two float64 ``n``."""
        resolution, chosen, active = self._look_up(population)
        costs = np.einsum("nbc,nb->nc", self._tables[chosen], active)
        macs, params = (self._fixed[resolution] + costs).T / 1e6
        return macs, params

    def peak_memory(self, population: np.ndarray) -> np.ndarray:
        """Largest activation memory of a layer, in kB (10^3 bytes; fp32, batch 1): float64 ``n``.

        A layer needs its input, its output and the tensor that a short cut keeps. Batch norm is
        folded. Activation functions and squeeze-and-excitation work in place.
        """
        resolution, chosen, active = self._look_up(population)
        blocks = (self._peaks[chosen] * active).max(axis=1)
        return 4 * np.maximum(self._fixed_peak[resolution], blocks) / 1e3

    def blocks(self, population: np.ndarray) -> np.ndarray:
        """The kind of each block as a number, -1 for an inactive block: int64 ``n x (1 + blocks)``.

        The first column is for all layers that are not elastic, as one block. The elastic blocks
        follow. Two blocks with one number differ only in their weights.
        """
        resolution, (_, _, kernels, expansions), active = self._look_up(population)
        stages = self._stage[-1] + 1
        later = np.diff(self._stage, prepend=-1) == 0
        place = resolution[:, None] * stages + self._stage
        number = (2 * place + later) * len(KERNELS) + kernels
        number = len(self._fixed) + number * len(EXPANSIONS) + expansions
        return np.concatenate([resolution[:, None], np.where(active, number, -1)], axis=1)

    def parts(self, population: np.ndarray) -> np.ndarray:
        """Parts of the blocks, summed over each stage: float64 ``n x stages x (parts + 1)``.

        The last axis has :data:`PARTS`, in millions, and the number of active blocks.
        """
        _, chosen, active = self._look_up(population)
        first = np.flatnonzero(np.diff(self._stage, prepend=-1))
        return np.add.reduceat(self._parts[chosen] * active[..., None], first, axis=1)

    def _look_up(self, population: np.ndarray) -> tuple[np.ndarray, tuple, np.ndarray]:
        """Index of the resolution, indices into the tables per block, active blocks (bool)."""
        population = self._space.settled(population)
        blocks = self._blocks
        resolution = resolution_indices(self._space, population)
        active = self._space.active(population)[:, : len(blocks)]
        kernels = self._kernels[blocks, population[:, : len(blocks)]]
        expansions = self._expansions[blocks, population[:, len(blocks) : 2 * len(blocks)]]
        return resolution, (resolution[:, None], blocks, kernels, expansions), active


def _indices(space: SearchSpace, columns: Sequence[int], values: tuple) -> np.ndarray:
    """Index into ``values`` of each value of these parameters: int64 ``parameters x values``."""
    table = np.zeros((len(columns), len(values)), np.int64)
    for row, column in enumerate(columns):
        legal = [values.index(v) for v in space.parameters[column].values]
        table[row, : len(legal)] = legal
    return table


def _block(
    width: int, out: int, kernel: int, expansion: int, entered: int, size: int, squeeze: bool
) -> tuple[tuple[int, int], tuple[int, ...]]:
    """MACs and parameters of an inverted-residual block, and its :data:`PARTS`."""
    middle = divisible(width * expansion)
    expand, depthwise, project = width * middle, middle * kernel**2, middle * out
    pointwise_macs = expand * entered**2 + project * size**2
    depthwise_macs = depthwise * size**2
    activations = middle * entered**2 + (middle + out) * size**2
    macs = pointwise_macs + depthwise_macs
    params = expand + depthwise + project + 2 * (2 * middle + out)
    if squeeze:
        reduced = divisible(middle // 4)
        macs += 2 * middle * reduced
        params += 2 * middle * reduced + middle + reduced
    return (macs, params), (pointwise_macs, depthwise_macs, activations, params)


def _peak(
    width: int, out: int, kernel: int, expansion: int, entered: int, size: int, short_cut: bool
) -> int:
    """Largest number of activations that one of the block's layers needs at once."""
    middle = divisible(width * expansion)
    kept = width * entered**2 if short_cut else 0
    expand = (width + middle) * entered**2
    depthwise = middle * (entered**2 + size**2) + kept
    project = (middle + out) * size**2 + kept
    return max(expand, depthwise, project)
