"""Once-for-All ResNet50: its search space and the closed forms of MACs and parameters.

The network has four stages of bottleneck blocks. Each block has an expansion ratio. Each stage has
a width, and a number of blocks that are added to its smallest number of blocks. The stem has two
widths and one block that may be left out. Source: Cai et al., "Once-for-All", ICLR 2020, and the
released ``OFAResNets``.

``d[0]`` is the stem's block: 2 keeps it, 0 leaves it out, and 1 is an alias of 0. ``w`` are indices
into the width multipliers. If two multipliers give equal widths, the larger index is an alias of
the smaller one. So each sub-network is in the space once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from archfront.core.space import ElasticParameter, SearchSpace
from archfront.supernets.convolutional.widths import (
    divisible,
    halved,
    resolution_indices,
    resolutions,
)

LEAST_DEPTHS = (2, 2, 4, 2)
ADDED = (0, 1, 2)
EXPANSIONS = (0.2, 0.25, 0.35)
STEM_WIDTH, STAGE_WIDTHS = 64, (256, 512, 1024, 2048)
BLOCKS = tuple(least + max(ADDED) for least in LEAST_DEPTHS)
KEPT = 2
"""The value of ``d[0]`` that keeps the stem's block."""
PARTS = "1 x 1 MACs", "3 x 3 MACs", "activations", "parameters"
"""Quantities that the latency of a stage depends on, besides its number of blocks."""


@dataclass(frozen=True)
class Geometry:
    """The properties of the network that are not elastic.

    width_multipliers: ascending; ``w`` is an index into them.
    divisor:           divisor of every number of channels.
    stem_stride:       stride of the first convolution; max pooling halves the size once more.
    classes:           number of classes.
    resolution:        side of the images in pixels, if the space has no ``r``.
    strides:           stride of the first block of each stage.
    """

    width_multipliers: tuple[float, ...]
    divisor: int
    stem_stride: int
    classes: int
    resolution: int | None = None
    strides: tuple[int, ...] = (1, 2, 2, 2)

    @property
    def stem(self) -> list[int]:
        """Channels of the stem's output for each multiplier."""
        return [divisible(STEM_WIDTH * m, self.divisor) for m in self.width_multipliers]

    @property
    def stem_middle(self) -> list[int]:
        """Channels within the stem for each multiplier."""
        return [divisible(width // 2, self.divisor) for width in self.stem]

    def stage(self, number: int) -> list[int]:
        """Channels of a stage's output for each multiplier."""
        width = STAGE_WIDTHS[number]
        return [divisible(width * m, self.divisor) for m in self.width_multipliers]

    def middle(self, out: int, expansion: float) -> int:
        """Channels within a bottleneck block."""
        return divisible(round(out * expansion), self.divisor)


def geometry(classes: int = 1000) -> Geometry:
    """Geometry of the published network."""
    return Geometry((0.65, 0.8, 1.0), 8, 2, classes)


def search_space(geometry: Geometry, resolution: Sequence[int] = ()) -> SearchSpace:
    """``d`` (the stem's block, then 4 numbers of added blocks), ``e`` (18 expansion ratios), ``w``
    (6 widths), and ``r`` if resolutions are given."""
    stem = ElasticParameter("d", (0, KEPT), aliases=((1, 0),))
    depths = [stem, *[ElasticParameter("d", ADDED)] * len(BLOCKS)]
    expansions = [
        ElasticParameter("e", EXPANSIONS, controller=1 + stage, threshold=block + 1 - least)
        for stage, (least, blocks) in enumerate(zip(LEAST_DEPTHS, BLOCKS, strict=True))
        for block in range(blocks)
    ]
    stages = [geometry.stage(stage) for stage in range(len(BLOCKS))]
    widths = [_width(channels) for channels in (geometry.stem_middle, geometry.stem, *stages)]
    sizes = [ElasticParameter("r", tuple(resolution))] if resolution else []
    return SearchSpace([*depths, *expansions, *widths, *sizes])


def _width(channels: Sequence[int]) -> ElasticParameter:
    """The elastic parameter of a width with these ``channels`` for each multiplier.

    Its values are the first indices of distinct widths. Other indices are aliases of them.
    """
    first = [channels.index(width) for width in channels]
    aliases = tuple((i, same) for i, same in enumerate(first) if i != same)
    return ElasticParameter("w", tuple(dict.fromkeys(first)), aliases=aliases)


class Costs:
    """MACs and parameters of whole populations, exact, from look-up tables per block.

    The same convention as for MobileNetV3: multiply-adds of convolutions and linear layers at
    batch 1; parameters of the extracted sub-network, batch norm included.
    """

    def __init__(self, space: SearchSpace, geometry: Geometry):
        self._space = space
        sizes = resolutions(space, geometry.resolution)
        self._at = [_Tables(geometry, size) for size in sizes]
        self._multipliers = len(geometry.width_multipliers)

    def __call__(self, population: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """MACs and parameters, each in millions: two float64 ``n``."""
        whole = self._parts(population).sum(axis=1)
        return (whole[:, 0] + whole[:, 1]) / 1e6, whole[:, 3] / 1e6

    def parts(self, population: np.ndarray) -> np.ndarray:
        """Parts of each stage: float64 ``n x (stem, 4 stages, classifier) x (parts + 1)``.

        The last axis has :data:`PARTS`, in millions, and the number of active blocks.
        """
        parts = self._parts(population)
        parts[..., : len(PARTS)] /= 1e6
        return parts

    def peak_memory(self, population: np.ndarray) -> np.ndarray:
        """Largest activation memory of a layer, in kB (10^3 bytes; fp32, batch 1): float64 ``n``.

        A layer needs its input, its output and the tensor that a short cut keeps. Batch norm is
        folded. Activation functions work in place.
        """
        return 4 * self._summed(population, _Tables.peak, ()) / 1e3

    def blocks(self, population: np.ndarray) -> np.ndarray:
        """The kind of each block as a number, -1 for an inactive block: int64 ``n x (1 + blocks)``.

        The first column is for the stem and the classifier, as one block. The other blocks follow.
        Two blocks with one number differ only in their weights. Numbers begin at 0.
        """
        population = self._space.settled(population)
        values = {name: self._values(population, name) for name in self._space.names}
        multipliers, expansions = self._multipliers, len(EXPANSIONS)
        ends = values["w_0"], values["w_1"], values[f"w_{len(BLOCKS) + 1}"]
        number = np.ravel_multi_index(ends, (multipliers,) * 3) * 2 + (values["d_0"] == KEPT)
        columns, base, block = [number], 2 * multipliers**3, 0
        entering = values["w_1"]
        for stage, (least, most) in enumerate(zip(LEAST_DEPTHS, BLOCKS, strict=True)):
            width = values[f"w_{stage + 2}"]
            for place in range(most):
                expansion = np.searchsorted(EXPANSIONS, values[f"e_{block}"])
                kind = width * expansions + expansion
                if place == 0:
                    kind = base + entering * multipliers * expansions + kind
                else:
                    kind = base + multipliers**2 * expansions + kind
                active = least + values[f"d_{stage + 1}"] > place
                columns.append(np.where(active, kind, -1))
                block += 1
            base += multipliers * expansions * (multipliers + 1)
            entering = width
        numbers = np.stack(columns, axis=1)
        resolution = resolution_indices(self._space, population)[:, None]
        return np.where(numbers < 0, -1, numbers + resolution * base)

    def _parts(self, population: np.ndarray) -> np.ndarray:
        return self._summed(population, _Tables.parts, (len(BLOCKS) + 2, len(PARTS) + 1))

    def _summed(self, population: np.ndarray, ask: Callable, shape: tuple[int, ...]) -> np.ndarray:
        """Answers of ``ask`` for the tables of each row's resolution: float64 ``n x shape``."""
        population = self._space.settled(population)
        values = {name: self._values(population, name) for name in self._space.names}
        found = np.zeros((len(population), *shape))
        resolution = resolution_indices(self._space, population)
        for row, tables in enumerate(self._at):
            there = resolution == row
            if there.any():
                some = {name: column[there] for name, column in values.items()}
                found[there] = ask(tables, some)
        return found

    def _values(self, population: np.ndarray, name: str) -> np.ndarray:
        """The value of one parameter in each row; any of its values where it is inactive."""
        column = self._space.names.index(name)
        return np.array(self._space.parameters[column].values)[population[:, column]]


class _Tables:
    """The parts of every block at one resolution."""

    def __init__(self, geometry: Geometry, resolution: int):
        multipliers = len(geometry.width_multipliers)
        self._geometry, self._resolution = geometry, resolution
        size = halved(resolution, geometry.stem_stride)
        middle, out = geometry.stem_middle, geometry.stem
        # Stem without its block: [width within, width out]. The stem's block: [width within].
        self._stem = np.array(
            [[_layer(3, m, 3, size) + _layer(m, o, 3, size) for o in out] for m in middle]
        )
        self._stem_block = np.array([_layer(m, m, 3, size) for m in middle])
        size = halved(size, 2)
        # First block of a stage: [width in, width out, expansion]; others: [width, expansion].
        self._first, self._other = [], []
        widths = out
        for stage, stride in enumerate(geometry.strides):
            entered, size = size, halved(size, stride)
            entering, widths = widths, geometry.stage(stage)
            first = np.zeros((multipliers, multipliers, len(EXPANSIONS), len(PARTS)))
            other = np.zeros((multipliers, len(EXPANSIONS), len(PARTS)))
            for o, width in enumerate(widths):
                for e, expansion in enumerate(EXPANSIONS):
                    inside = geometry.middle(width, expansion)
                    other[o, e] = _block(width, inside, width, size, size)
                    for i, width_in in enumerate(entering):
                        first[i, o, e] = _block(width_in, inside, width, entered, size)
                        first[i, o, e] += _layer(width_in, width, 1, size)  # short cut
            self._first.append(first)
            self._other.append(other)
        classes = geometry.classes
        self._classifier = np.array([(w * classes, 0, classes, (w + 1) * classes) for w in widths])

    def peak(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Largest number of activations that a layer needs at once: int64 ``n``."""
        geometry = self._geometry
        middle = np.array(geometry.stem_middle)[values["w_0"]]
        width = np.array(geometry.stem)[values["w_1"]]
        size = halved(self._resolution, geometry.stem_stride)
        kept = (values["d_0"] == KEPT) * 2 * middle
        peak = np.maximum(kept, middle + width) * size**2
        peak = np.maximum(peak, 3 * self._resolution**2 + middle * size**2)
        pooled = halved(size, 2)
        peak = np.maximum(peak, width * (size**2 + pooled**2))
        size, block = pooled, 0
        for stage, (least, blocks) in enumerate(zip(LEAST_DEPTHS, BLOCKS, strict=True)):
            out = np.array(geometry.stage(stage))[values[f"w_{stage + 2}"]]
            entered, size = size, halved(size, geometry.strides[stage])
            inside = np.array(
                [[geometry.middle(o, e) for e in EXPANSIONS] for o in geometry.stage(stage)]
            )
            for place in range(blocks):
                expansion = np.searchsorted(EXPANSIONS, values[f"e_{block}"])
                within = inside[values[f"w_{stage + 2}"], expansion]
                active = least + values[f"d_{stage + 1}"] > place
                came = width * entered**2 if place == 0 else out * size**2
                before = within * (entered if place == 0 else size) ** 2
                after = within * size**2
                short_cut = out * size**2 if place == 0 else came
                layers = [
                    came + before + (short_cut if place == 0 else 0),
                    before + after + short_cut,
                    after + out * size**2 + short_cut,
                ]
                if place == 0:  # the short cut is computed first: pooled, then 1 x 1
                    layers.append(came + (width + out) * size**2)
                peak = np.maximum(peak, np.max(layers, axis=0) * active)
                block += 1
            width = out
        return np.maximum(peak, width * size**2 + width)

    def parts(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Parts and numbers of active blocks of each row, from the values of each parameter."""
        kept = values["d_0"] == KEPT
        parts = np.zeros((len(kept), len(BLOCKS) + 2, len(PARTS) + 1))
        costs, blocks_there = parts[..., : len(PARTS)], parts[..., len(PARTS)]
        costs[:, 0] = self._stem[values["w_0"], values["w_1"]]
        costs[:, 0] += self._stem_block[values["w_0"]] * kept[:, None]
        blocks_there[:, 0] = kept
        width, block = values["w_1"], 0
        for stage, (least, blocks) in enumerate(zip(LEAST_DEPTHS, BLOCKS, strict=True)):
            entering, width = width, values[f"w_{stage + 2}"]
            for place in range(blocks):
                expansion = np.searchsorted(EXPANSIONS, values[f"e_{block}"])
                active = least + values[f"d_{stage + 1}"] > place
                if place == 0:
                    costs[:, stage + 1] += self._first[stage][entering, width, expansion]
                else:
                    costs[:, stage + 1] += self._other[stage][width, expansion] * active[:, None]
                blocks_there[:, stage + 1] += active
                block += 1
        costs[:, -1] = self._classifier[width]
        return parts


def _layer(width: int, out: int, kernel: int, size: int) -> np.ndarray:
    """:data:`PARTS` of a convolution with batch norm; ``size`` is the side of the output."""
    weights = width * out * kernel**2
    macs = (weights * size**2, 0) if kernel == 1 else (0, weights * size**2)
    return np.array((*macs, out * size**2, weights + 2 * out), float)


def _block(width: int, inside: int, out: int, entered: int, size: int) -> np.ndarray:
    """:data:`PARTS` of a bottleneck block without its short cut."""
    return (
        _layer(width, inside, 1, entered)
        + _layer(inside, inside, 3, size)
        + _layer(inside, out, 1, size)
    )
