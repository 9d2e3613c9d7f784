"""Taking measurements: what the store knows is found there, the rest is measured and stored."""

import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from archfront.measurement.objective import Objective
from archfront.measurement.platform import Platform, processor_model
from archfront.measurement.store import Measurement, MeasurementStore, key_digest
from archfront.space import Configuration
from archfront.supernets.supernet import SuperNetwork


@dataclass(frozen=True)
class Reading:
    """What a super-network answers for one configuration: see :class:`Measurement`."""

    value: float | None
    spread: float | None = None
    reason: str = ""
    started: float = 0.0
    finished: float = 0.0
    detail: dict = field(default_factory=dict)


def key_of(
    supernet: SuperNetwork,
    objective: Objective,
    configuration: Configuration,
    platform: Platform | None,
    settings: dict,
) -> dict:
    """Everything that the value depends on: never a seed, a tactic, or the name of anything."""
    key = {
        "objective": objective.name,
        "protocol": objective.protocol,
        "supernet": supernet.digest(),
        "configuration": configuration,
    }
    if objective.per_platform:
        key["platform"] = platform.settings() | {"processor": processor_model()}
    return key | supernet.context(objective.name, settings)


def measure(
    supernet: SuperNetwork,
    objective: Objective,
    population: np.ndarray,
    platform: Platform | None,
    settings: dict,
    store: MeasurementStore,
    attempts: int = 2,
) -> pd.DataFrame:
    """Measurements of a population, in its order, each taken at most once ever.

    Columns: ``digest`` of the configuration, ``value`` and ``spread`` (NaN if it failed),
    ``reason`` of a failure. A measurement that failed ``attempts`` times, now or in earlier runs,
    is not tried again. Progress goes to standard error.
    """
    configurations = supernet.space.decode(population)
    keys = [key_of(supernet, objective, c, platform, settings) for c in configurations]
    digests = [key_digest(key) for key in keys]
    found, failures = store.find(digests)
    missing = [d for d in dict.fromkeys(digests) if d not in found]
    _say(f"{objective.label}: {len(found)} of {len(set(digests))} found in the store")
    reasons: dict[str, str] = {}
    begin, taken = time.monotonic(), 0
    while missing := [d for d in missing if d not in found and failures.get(d, 0) < attempts]:
        rows = [digests.index(d) for d in missing]
        chosen = [configurations[row] for row in rows]
        readings = _answers(supernet, objective, chosen, platform, settings)
        for row, reading in zip(rows, readings, strict=True):
            measurement = Measurement(keys[row], **vars(_checked(reading)))
            store.append(measurement)
            digest = digests[row]
            if measurement.failed:
                failures[digest] = failures.get(digest, 0) + 1
                reasons[digest] = measurement.reason
            else:
                found[digest] = measurement
            taken += 1
            each = (time.monotonic() - begin) / taken
            _say(
                f"{objective.label}: measured {taken} of {len(rows)}, "
                f"about {each * max(0, len(rows) - taken):.0f} s left"
            )
    blank = Measurement({}, None, reason="failed too often in earlier runs")
    results = [found.get(d, blank) for d in digests]
    return pd.DataFrame(
        {
            "digest": supernet.space.digests(population),
            "value": [np.nan if m.value is None else m.value for m in results],
            "spread": [np.nan if m.spread is None else m.spread for m in results],
            "reason": [reasons.get(d, m.reason) for d, m in zip(digests, results, strict=True)],
        }
    )


def _answers(
    supernet: SuperNetwork,
    objective: Objective,
    configurations: list[Configuration],
    platform: Platform | None,
    settings: dict,
) -> Iterator[Reading]:
    """The super-network's readings, one per configuration; a plug-in may answer plain numbers."""
    started = time.time()
    count = 0
    for answer in supernet.measure(objective.name, configurations, platform, settings):
        if not isinstance(answer, Reading):
            answer = Reading(float(answer), started=started, finished=time.time())
        yield answer
        started = time.time()
        count += 1
    if count != len(configurations):
        raise ValueError(
            f"{type(supernet).__name__}.measure({objective.name!r}, ...) gave {count} values for "
            f"{len(configurations)} configurations; it must yield exactly one for each, in order"
        )


def _checked(reading: Reading) -> Reading:
    """NaN and infinity are failures with a reason, never numbers in a table."""
    if reading.value is not None and not math.isfinite(reading.value):
        reason = f"the value was {reading.value}"
        return Reading(None, None, reason, reading.started, reading.finished, reading.detail)
    return reading


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
