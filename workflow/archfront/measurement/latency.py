"""Latency of extracted sub-networks: interleaved rounds, a robust estimate and its spread.

Protocol 1. The sub-networks of a chunk take turns, in a new random order each round, so that a
slow minute of the machine falls on all of them alike. In each turn a sub-network runs for about
``seconds / ROUNDS``; the turn counts with the median of its calls. The estimate is the lower
quartile over the rounds: interference only ever adds time. The spread is the interquartile range.
"""

import time
from collections.abc import Iterator

import numpy as np
import torch

from archfront.measurement.measure import Reading
from archfront.measurement.platform import Platform

ROUNDS = 9
WARM_UP_CALLS = 3


@torch.inference_mode()
def latencies(
    subnetworks: list[torch.nn.Module],
    shapes: list[tuple[int, ...]],
    platform: Platform,
    seconds: float,
) -> Iterator[Reading]:
    """Milliseconds per batch of its shape for each sub-network, about ``seconds`` of work each.

    Runs on ``platform.threads`` threads; raises RuntimeError if torch does not take that number.
    """
    torch.set_num_threads(platform.threads)
    if torch.get_num_threads() != platform.threads:
        raise RuntimeError(f"torch runs {torch.get_num_threads()} threads, not {platform.threads}")
    batches = {
        shape: torch.zeros(shape).contiguous(memory_format=torch.channels_last) for shape in shapes
    }
    started = time.time()
    calls = []
    for subnetwork, shape in zip(subnetworks, shapes, strict=True):
        batch = batches[shape]
        for _ in range(WARM_UP_CALLS):
            subnetwork(batch)
        once = min(_timed(subnetwork, batch) for _ in range(3))
        calls.append(max(2, round(seconds / ROUNDS / once)))
    medians = np.empty((ROUNDS, len(subnetworks)))
    order = np.random.default_rng(0)
    for row in medians:
        for place in order.permutation(len(subnetworks)):
            subnetwork, batch = subnetworks[place], batches[shapes[place]]
            row[place] = np.median([_timed(subnetwork, batch) for _ in range(calls[place])])
    finished = time.time()
    low, high = np.quantile(1e3 * medians, [0.25, 0.75], axis=0)
    for estimate, top, count in zip(low, high, calls, strict=True):
        yield Reading(
            float(estimate),
            float(top - estimate),
            started=started,
            finished=finished,
            detail={"rounds": ROUNDS, "calls_per_round": count},
        )


def _timed(subnetwork: torch.nn.Module, batch: torch.Tensor) -> float:
    begin = time.perf_counter()
    subnetwork(batch)
    return time.perf_counter() - begin
