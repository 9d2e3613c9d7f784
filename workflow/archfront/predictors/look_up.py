"""Look-up tables: the latency of a sub-network as the sum of the latencies of its blocks.

Each kind of block is measured alone. Users of Once-for-All and of HAT do so where the device cannot
run thousands of sub-networks. The sum leaves out the effects of blocks on each other (caches above
all), and it counts the runtime's cost per call several times. The sum therefore ranks sub-networks
better than it predicts their latency; ``figures/look_up.png`` shows its rank correlation and error.
"""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from archfront.core.files import read_table
from archfront.core.objective import OBJECTIVES
from archfront.core.platform import Platform
from archfront.core.required import required
from archfront.core.supernet import SuperNetwork
from archfront.core.working_folder import kept_folder
from archfront.measurement.claims import claimed
from archfront.measurement.measure import key_of, measurement_of, reading_of, reference_of
from archfront.measurement.store import MeasurementStore, key_digest
from archfront.predictors.features import kinds_of_blocks


@kept_folder()
def look_up_table(
    supernet: SuperNetwork, platform: Platform, settings: dict, store: MeasurementStore
) -> pd.DataFrame:
    """The look-up table: columns ``block`` (number of the kind), ``latency`` and ``spread`` in ms.

    Each kind is measured once and stored; later calls read the store. ValueError where a
    measurement is missing and this host cannot take it.
    """
    latency = OBJECTIVES["latency"]
    numbers: list[int] = required(kinds_of_blocks(supernet), "kinds of blocks").tolist()
    blocks = [{"block": [number]} for number in numbers]
    keys = [key_of(supernet, latency, block, platform, settings) for block in blocks]
    keys = [key | {"objective": "block_latency"} for key in keys]
    digests = [key_digest(key) for key in keys]
    found = store.find(digests)
    wanted = [place for place, digest in enumerate(digests) if digest not in found]
    print(f"{len(found)} of {len(digests)} blocks found in the store", file=sys.stderr)
    if wanted:
        if supernet.needs_platform:
            platform.must_be_here(len(wanted), len(digests))
        settings = settings | reference_of(supernet, latency, platform, settings, store)
        begin, started = time.monotonic(), time.time()
        with claimed(store.folder, [digests[place] for place in wanted]):
            found = store.find(digests)  # another job may have measured meanwhile
            wanted = [place for place in wanted if digests[place] not in found]
            chosen = [numbers[place] for place in wanted]
            answers = supernet.measure_blocks(chosen, platform, settings)
            for place, answer in zip(wanted, answers, strict=True):
                reading = reading_of(answer, blocks[place], started)
                store.append(measurement_of(keys[place], reading))
                started = time.time()
        seconds = time.monotonic() - begin
        print(f"{len(wanted)} blocks measured in {seconds:.0f} s", file=sys.stderr)
        found = store.find(digests)
    return pd.DataFrame(
        {
            "block": numbers,
            "latency": [found[digest].value for digest in digests],
            "spread": [found[digest].spread for digest in digests],
        }
    )


def summed(blocks: np.ndarray, table: pd.DataFrame) -> np.ndarray:
    """Latency in ms of sub-networks, given their block numbers (``n x b``, -1 for no block):
    float64 ``n``."""
    latency = np.zeros(table["block"].max() + 2)
    latency[table["block"]] = table["latency"]
    return latency[blocks].sum(axis=1)


def read_look_up(path: str | Path | None) -> pd.DataFrame | None:
    """The look-up table in the file ``path``; None without a path."""
    return read_table(path) if path else None
