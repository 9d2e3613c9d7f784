"""Differences between sub-networks that were validated on the same examples.

Two sub-networks are right and wrong on much the same images. The difference of their qualities is
therefore known much better than either quality: its uncertainty is that of the differences image by
image.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from archfront.core.types import Floats

DRAWS = 2_000
"""Number of resampled sets of examples."""


class Difference(NamedTuple):
    """``value`` is the quality of one sub-network less that of another, ``low`` and ``high`` the
    ends of its 95 % interval."""

    value: float
    low: float
    high: float


def paired_difference(
    one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray], seed: int = 0
) -> Difference:
    """The difference of top-1 (percentage points) or BLEU between two sub-networks, from their
    records on the same examples
    (:func:`archfront.measurement.per_example.records_of`).

    The interval is that of a bootstrap of :data:`DRAWS` resampled sets of examples. ValueError if
    the numbers of examples differ, or if the records have neither ``right`` nor ``statistics``.

    >>> right = {"right": np.array([True, True, False, False])}
    >>> paired_difference(right, right)
    Difference(value=0.0, low=0.0, high=0.0)
    """
    name = next((n for n in ("right", "statistics") if n in one and n in other), None)
    if name is None:
        raise ValueError(f"no records to compare: {', '.join(one)} and {', '.join(other)}")
    if len(one[name]) != len(other[name]):
        raise ValueError(f"{len(one[name])} and {len(other[name])} examples cannot be compared")
    quality: Callable[[Floats, int], Floats] = _top1 if name == "right" else _bleu
    pair = [np.asarray(side[name], float).reshape(len(side[name]), -1) for side in (one, other)]
    count = len(pair[0])
    value = np.subtract(*(quality(side.sum(axis=0)[None], count) for side in pair))
    draws = np.random.default_rng(seed)
    # How often each example is drawn, a part of the draws at a time.
    found = []
    for begin in range(0, DRAWS, 100):
        size = min(100, DRAWS - begin)
        times = draws.multinomial(count, np.full(count, 1 / count), size=size)
        found.append(np.subtract(*(quality(times @ side, count) for side in pair)))
    low, high = np.quantile(np.concatenate(found), [0.025, 0.975])
    return Difference(float(value[0]), float(low), float(high))


def _top1(sums: Floats, count: int) -> Floats:
    """Per cent, from the numbers of right examples: float64 ``n``."""
    share: Floats = 100 * sums[:, 0] / count
    return share


def _bleu(sums: Floats, count: int) -> Floats:
    """BLEU of corpora from their summed statistics (columns: number of words of the translation,
    and of the reference; n-grams of 1 to 4 words that are right; all of them): float64 ``n``."""
    from sacrebleu.metrics.bleu import BLEU

    scores = [
        BLEU.compute_bleu(row[2:6], row[6:10], row[0], row[1], smooth_method="exp").score
        for row in sums.astype(int).tolist()
    ]
    return np.array(scores)
