"""Taking measurements: what the store knows is found there, the rest is measured and stored."""

import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from archfront.measurement.objective import Objective, qualified_name
from archfront.measurement.platform import Platform
from archfront.measurement.store import Measurement, MeasurementStore, key_digest
from archfront.measurement.time_limit import time_limit
from archfront.measurement.unchanged import ChangedMeanwhile, same
from archfront.measurement.validation import QUALITIES, must_be_here
from archfront.space import Configuration
from archfront.supernets.supernet import SuperNetwork


@dataclass(frozen=True)
class Reading:
    """What a super-network answers for one configuration: see :class:`Measurement`.

    With ``configuration`` it says which one it means, and is refused out of turn.
    """

    value: float | None
    spread: float | None = None
    reason: str = ""
    started: float = 0.0
    finished: float = 0.0
    detail: dict = field(default_factory=dict)
    configuration: Configuration | None = None


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
        key["platform"] = platform.settings() | {"processor": platform.processor()}
    if qualified_name(objective) is not None:
        key["measured_by"] = qualified_name(objective)
    return key | objective.context(supernet, settings)


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

    Columns: ``objective``, ``digest`` of the configuration, ``value`` and ``spread`` (NaN if it
    failed), ``reason`` of a failure, ``seconds`` that it took, whenever that was. What fails (an
    exception, NaN, infinity) is tried ``attempts`` times, then set aside; where several had to be
    measured and all fail, RuntimeError is raised: then the fault lies elsewhere. So it is where the
    weights or the data changed meanwhile (:mod:`archfront.measurement.unchanged`). Progress goes to
    standard error.
    """
    configurations = supernet.space.decode(population)
    keys = [key_of(supernet, objective, c, platform, settings) for c in configurations]
    digests = [key_digest(key) for key in keys]
    found = store.find(digests)
    wanted = [d for d in dict.fromkeys(digests) if d not in found]
    _say(f"{objective.label}: {len(found)} of {len(set(digests))} found in the store")
    if wanted and platform is not None:
        platform.must_be_here(len(wanted), len(digests))
    if wanted and objective.name in QUALITIES and "validation_device" in settings:
        must_be_here(settings, len(wanted), len(digests))
    if wanted:
        settings = settings | reference_of(supernet, objective, platform, settings, store)
    failed: dict[str, Measurement] = {}
    begin, taken = time.monotonic(), 0
    for _ in range(attempts):
        rows = [digests.index(d) for d in wanted if d not in found]
        chosen = [configurations[row] for row in rows]
        readings = _answers(supernet, objective, chosen, platform, settings)
        for place, (row, reading) in enumerate(zip(rows, readings, strict=True)):
            same(keys[row], key_of(supernet, objective, configurations[row], platform, settings))
            measurement = measurement_of(keys[row], reading)
            store.append(measurement)
            if measurement.failed:
                failed[digests[row]] = measurement
                _say(f"{objective.label}: set aside: {measurement.reason}")
            else:
                found[digests[row]] = measurement
            taken += 1
            left = (time.monotonic() - begin) / taken * (len(rows) - place - 1)
            _say(f"{objective.label}: {place + 1} of {len(rows)} measured, {left:.0f} s left")
    if len(wanted) > 1 and not any(d in found for d in wanted):
        raise RuntimeError(f"every measurement failed; the last one: {failed[wanted[-1]].reason}")
    results = [found.get(d) or failed[d] for d in digests]
    return pd.DataFrame(
        {
            "objective": objective.name,
            "digest": supernet.space.digests(population),
            "value": [np.nan if m.value is None else m.value for m in results],
            "spread": [np.nan if m.spread is None else m.spread for m in results],
            "reason": [m.reason for m in results],
            "seconds": [m.seconds for m in results],
        }
    )


def reference_of(
    supernet: SuperNetwork,
    objective: Objective,
    platform: Platform | None,
    settings: dict,
    store: MeasurementStore,
) -> dict:
    """The value of the objective's reference sub-network, from the store or measured now.

    Of several jobs that measure it at once all take the first value.
    """
    configuration = objective.reference(supernet)
    if configuration is None:
        return {}
    key = key_of(supernet, objective, configuration, platform, settings)
    key["objective"] = f"{objective.name}_reference"
    digest = key_digest(key)
    if digest not in store.find([digest]):
        _say(f"{objective.label}: measuring the reference network")
        alone = settings | {"reference": None}
        (reading,) = _answers(supernet, objective, [configuration], platform, alone)
        store.append(measurement_of(key, reading))
    found = store.find([digest])
    if not found:
        raise RuntimeError(f"{objective.label}: the reference network cannot be measured")
    return {"reference": found[digest].value}


END = object()
"""What follows the last answer."""


def _answers(
    supernet: SuperNetwork,
    objective: Objective,
    configurations: list[Configuration],
    platform: Platform | None,
    settings: dict,
) -> Iterator[Reading]:
    """One reading per configuration; a plug-in may answer plain numbers.

    An exception is the failure of the configuration whose turn it was; the rest goes on. So is an
    answer that does not come within ``settings["time_limit"]`` seconds, for each of those that are
    measured together. An answer that is none, or too few or too many of them, is a mistake in the
    plug-in and ends everything; so does :class:`ChangedMeanwhile`.
    """
    done, limit = 0, settings.get("time_limit")
    while done < len(configurations):
        started = time.time()
        left = configurations[done:]
        together = len(left) if objective.per_platform else 1
        try:
            answers = iter(objective.measure(supernet, left, platform, settings))
            while True:
                with time_limit(limit and limit * together):
                    answer = next(answers, END)
                if answer is END or done == len(configurations):
                    break
                yield _reading(answer, configurations[done], started)
                started = time.time()
                done += 1
            if answer is END and done == len(configurations):
                return
            how_many = "more" if done == len(configurations) else f"only {done}"
            raise PluginError(
                f"{type(supernet).__name__}: measuring {objective.name!r} gave {how_many} values "
                f"for {len(configurations)} configurations; it must yield exactly one for each, "
                "in order"
            )
        except (PluginError, ChangedMeanwhile):
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            yield Reading(None, reason=reason, started=started, finished=time.time())
            done += 1


class PluginError(TypeError):
    """What a plug-in gave is not what was asked for; made for its author."""


def _reading(answer: object, configuration: Configuration, started: float) -> Reading:
    """The answer to one configuration as a reading, if it is one."""
    if not isinstance(answer, Reading):
        if isinstance(answer, str | bool) or not hasattr(answer, "__float__"):
            raise PluginError(
                f"measure() yielded {answer!r} ({type(answer).__name__}) for {configuration}; it "
                "must yield a number or a Reading"
            )
        return Reading(float(answer), started=started, finished=time.time())
    if answer.configuration not in (None, configuration):
        raise PluginError(
            f"measure() yielded a reading of {answer.configuration} where it was the turn of "
            f"{configuration}; it must yield in the order of the configurations"
        )
    return answer


def measurement_of(key: dict, reading: Reading) -> Measurement:
    """NaN and infinity are failures with a reason, never numbers in a table."""
    told = {name: value for name, value in vars(reading).items() if name != "configuration"}
    if reading.value is not None and not math.isfinite(reading.value):
        told |= {"value": None, "spread": None, "reason": f"the value was {reading.value}"}
    return Measurement(key, **told)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
