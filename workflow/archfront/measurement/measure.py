"""Taking measurements: the store is read first, and only missing values are measured and stored."""

import math
import sys
import time
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from archfront.core.consistency import ChangedMeanwhile, same
from archfront.core.extras import explained
from archfront.core.objective import Objective, facts, qualified_name
from archfront.core.pareto import BEYOND
from archfront.core.plain import PluginError, number, plain, refused
from archfront.core.platform import Platform
from archfront.core.required import required
from archfront.core.space import Configuration
from archfront.core.supernet import Reading, SuperNetwork
from archfront.core.types import Facts, Indices, Settings
from archfront.core.validation import must_be_here
from archfront.core.working_folder import kept_folder
from archfront.measurement import per_example
from archfront.measurement.attempts import guarded
from archfront.measurement.claims import claimed
from archfront.measurement.store import FIELDS, Measurement, MeasurementStore, key_digest
from archfront.measurement.time_limit import time_limit

COMPUTED: Facts = {"values": "computed"}
"""The part of a measurement's key that says that nothing ran on the platform."""


def key_of(
    supernet: SuperNetwork,
    objective: Objective,
    configuration: Configuration,
    platform: Platform | None,
    settings: Settings,
) -> Facts:
    """The key of a measurement: everything that its value depends on. It shares nothing with the
    objects that a plug-in is given.

    A key has no seed, no tactic, and no name that the config gives to a platform.
    """
    key: Facts = {
        "objective": objective.name,
        "protocol": objective.protocol,
        "supernet": supernet.digest(),
        "configuration": deepcopy(configuration),
    }
    if objective.per_platform:
        hardware = required(platform, "platform")
        if supernet.needs_platform:
            run_by = {"processor": hardware.processor()}
        else:
            run_by = COMPUTED | {"processor": hardware.model}
        key["platform"] = hardware.settings() | run_by
    if qualified_name(objective) is not None:
        key["measured_by"] = qualified_name(objective)
    return key | facts(objective, supernet, settings)


@kept_folder()
@explained()
def measure(
    supernet: SuperNetwork,
    objective: Objective,
    population: Indices,
    platform: Platform | None,
    settings: Settings,
    store: MeasurementStore,
    attempts: int = 2,
) -> pd.DataFrame:
    """Measurements of a population, in its order. Values in the store are not measured again.
    If two jobs need the same value, one job waits for the other.

    Columns: ``objective``, ``digest`` of the configuration, ``value`` and ``spread`` in the unit of
    the objective (NaN if the measurement failed), ``reason`` of a failure, ``seconds`` that the
    measurement took, now or in an earlier run. A failure is an exception, NaN, infinity, an
    exceeded time limit or the end of the process (:mod:`archfront.measurement.attempts`). A failing
    measurement is tried ``attempts`` times, then set aside.

    RuntimeError if several values had to be measured and all failed, and the store has no value of
    another sub-network that was measured in the same way: the cause is then not a sub-network.
    :class:`ChangedMeanwhile` if the weights or the data changed meanwhile
    (:mod:`archfront.core.consistency`). ModuleNotFoundError for a module that is not installed;
    :class:`~archfront.core.extras.MissingExtra` names its extra. :class:`PluginError` for
    an answer that is not allowed. ValueError if values are missing and this host has another
    processor than the platform (unless the super-network computes its values), or lacks the device
    or the precision for validation. Progress goes to standard error.
    """
    configurations = supernet.space.decode(population)
    keys = [key_of(supernet, objective, c, platform, settings) for c in configurations]
    digests = [key_digest(key) for key in keys]
    found = store.find(digests)
    wanted = [d for d in dict.fromkeys(digests) if d not in found]
    _say(f"{objective.label}: {len(found)} of {len(set(digests))} found in the store")
    if wanted and platform is not None and supernet.needs_platform:
        platform.must_be_here(len(wanted), len(digests))
        if objective.per_platform:
            _tell_of_adoption(
                platform, [key for key, d in zip(keys, digests, strict=True) if d in wanted], store
            )
    if wanted and objective.precisions and "precision" in keys[0]:
        must_be_here(settings, len(wanted), len(digests))
    if wanted:
        settings = settings | reference_of(supernet, objective, platform, settings, store)
        settings["store"] = str(store.folder)
        supernet.before_measuring(objective.name, deepcopy(settings))

    def attempt(left: list[str]) -> Iterator[tuple[str, Measurement]]:
        """The digest and the measurement of each of these keys."""
        rows = [digests.index(d) for d in left]

        def take(places: list[int]) -> Iterator[Reading]:
            chosen = [configurations[rows[place]] for place in places]
            return _answers(supernet, objective, chosen, platform, settings)

        for place, reading in guarded(store.folder, left, take, objective.per_platform, attempts):
            key, chosen = keys[rows[place]], configurations[rows[place]]
            same(key, key_of(supernet, objective, chosen, platform, settings))
            if reading.records:
                kept = {per_example.DETAIL: per_example.keep(store.folder, reading.records)}
                reading = replace(reading, detail={**reading.detail, **kept})
            yield left[place], measurement_of(key, reading)

    failed: dict[str, Measurement] = {}
    begin, taken = time.monotonic(), 0
    with claimed(store.folder, wanted) as claims:
        found |= store.find(wanted)  # another job may have measured meanwhile
        for _ in range(attempts):
            left = [d for d in wanted if d not in found and not _ended(failed.get(d))]
            for done, (digest, measurement) in enumerate(attempt(left), 1):
                store.append(measurement)
                if measurement.failed:
                    failed[digest] = measurement
                    _say(f"{objective.label}: set aside: {measurement.reason}")
                else:
                    found[digest] = measurement
                    claims.release([digest])
                taken += 1
                seconds = (time.monotonic() - begin) / taken * (len(left) - done)
                _say(f"{objective.label}: {done} of {len(left)} measured, {seconds:.0f} s left")
    if len(wanted) > 1 and not any(d in found for d in wanted):
        last = f"every measurement failed; the last one: {failed[wanted[-1]].reason}"
        if not _ever_succeeded(store, keys[0]):
            raise RuntimeError(last)
        _say(f"warning: {objective.label}: {last}; others succeeded, so the run goes on")
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


def _tell_of_adoption(platform: Platform, keys: list[Facts], store: MeasurementStore) -> None:
    """Say how many of these measurements the store has under the model name of the processor or GPU
    alone."""
    if platform.model is not None:
        return
    name = platform.own_model()
    former = {key_digest(k | {"platform": k["platform"] | {"processor": name}}) for k in keys}
    if found := store.find(former):
        _say(
            f"{len(found)} of {len(former)} are in the store under the name {name!r} alone, which "
            "other machines may have, too. If they were measured on this machine: archfront store "
            f"--store {store.folder} adopt"
        )


def reference_of(
    supernet: SuperNetwork,
    objective: Objective,
    platform: Platform | None,
    settings: Settings,
    store: MeasurementStore,
) -> Facts:
    """The setting ``reference``: the value of the objective's reference sub-network.

    The value comes from the store, or is measured now. If several jobs need it at once, one of them
    measures it. The mapping is empty if the objective has no reference.
    RuntimeError if the measurement fails.
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
        take = partial(_answers, supernet, objective, [configuration], platform, alone)
        with claimed(store.folder, [digest]):
            missing = [digest] if digest not in store.find([digest]) else []
            for _, reading in guarded(store.folder, missing, lambda _: take(), False, 1):
                store.append(measurement_of(key, reading))
    found = store.find([digest])
    if not found:
        raise RuntimeError(f"{objective.label}: the reference network cannot be measured")
    return {"reference": found[digest].value}


def _ended(failure: Measurement | None) -> bool:
    """Whether a sub-network has ended as many processes as it may."""
    return failure is not None and "ended" in failure.detail


def _ever_succeeded(store: MeasurementStore, key: Facts) -> bool:
    """Whether the store has a value that was measured in the way of ``key``, of any
    sub-network."""
    nameless = {"configuration": None}
    alike = key_digest(key | nameless)
    return any(not m.failed and key_digest(m.key | nameless) == alike for m in store.measurements())


END = object()
"""Marks the end of the answers."""


def _answers(
    supernet: SuperNetwork,
    objective: Objective,
    configurations: list[Configuration],
    platform: Platform | None,
    settings: Settings,
) -> Iterator[Reading]:
    """One reading per configuration; a plug-in may answer plain numbers, and may edit what it is
    given, which is a copy.

    An exception (also SystemExit) is a failure of the configuration whose turn it was. The other
    configurations are still measured. A missing answer after ``settings["time_limit"]`` seconds is
    such a failure, too. Configurations of an objective per platform are measured together: the
    limit is multiplied by their number. Mistakes of a plug-in raise :class:`PluginError` and end
    the measurement: an answer that is no number, too few answers, too many answers.
    :class:`ChangedMeanwhile` and ModuleNotFoundError also end it: a missing module is no failure of
    a configuration.
    """
    done, limit = 0, settings.get("time_limit")
    while done < len(configurations):
        started = time.time()
        left = configurations[done:]
        together = len(left) if objective.per_platform else 1
        try:
            given = deepcopy(left), platform, deepcopy(settings)
            answers = iter(objective.measure(supernet, *given))
            while True:
                with time_limit(limit and limit * together):
                    answer = next(answers, END)
                if answer is END or done == len(configurations):
                    break
                yield reading_of(answer, configurations[done], started)
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
        except (PluginError, ChangedMeanwhile, ModuleNotFoundError):
            raise
        except (Exception, SystemExit) as error:
            reason = f"{type(error).__name__}: {error}"
            yield Reading(None, reason=reason, started=started, finished=time.time())
            done += 1


def reading_of(answer: object, configuration: Configuration, started: float) -> Reading:
    """The answer for one configuration as a reading.

    :class:`PluginError` if the answer is no number, or a reading of another configuration, or a
    reading with a field that is not allowed.
    """
    if not isinstance(answer, Reading):
        value = number(answer, f"what measure() yielded for {configuration}", "a number, a Reading")
        return Reading(float(value), started=started, finished=time.time())
    if answer.configuration not in (None, configuration):
        raise PluginError(
            f"measure() yielded a reading of {answer.configuration} where it was the turn of "
            f"{configuration}; it must yield in the order of the configurations"
        )
    return _checked(answer, f"of the Reading that measure() yielded for {configuration}")


def _checked(reading: Reading, whose: str) -> Reading:
    """The reading with plain numbers in its fields. :class:`PluginError` names a wrong field."""
    fields: dict[str, Any] = {}
    for name in ("value", "spread", "started", "finished"):
        given, none = getattr(reading, name), name in ("value", "spread")
        allowed = "a number or None" if none else "a number, in seconds since the epoch"
        told = None if given is None and none else float(number(given, f"{name} {whose}", allowed))
        if not none and not math.isfinite(required(told, name)):
            raise refused(given, f"{name} {whose}", allowed)
        fields[name] = told
    if not isinstance(reading.reason, str):
        raise refused(reading.reason, f"reason {whose}", "a text")
    if not isinstance(reading.detail, Mapping):
        raise refused(reading.detail, f"detail {whose}", "a dict")
    fields["records"] = _checked_records(reading.records, f"records {whose}")
    fields["detail"] = plain(reading.detail, f"detail {whose}")
    together = fields["detail"].get("together", 1)
    if number(together, f"detail['together'] {whose}") <= 0:
        raise refused(together, f"detail['together'] {whose}", "a number above 0")
    return replace(reading, **fields)


def _checked_records(given: object, what: str) -> dict[str, np.ndarray]:
    """The records as arrays of numbers. :class:`PluginError` if they are none, or of different
    lengths."""
    if not isinstance(given, Mapping):
        raise refused(given, what, "a dict of arrays")
    found = {str(name): np.asarray(array) for name, array in given.items()}
    for name, array in found.items():
        if array.dtype.kind not in "biuf" or array.ndim == 0:
            raise refused(given[name], f"{name!r} of the {what}", "an array of numbers")
    lengths = {len(array) for array in found.values()}
    if len(lengths) > 1 or 0 in lengths:
        told = {name: len(array) for name, array in found.items()}
        raise refused(told, f"the numbers of examples of the {what}", "one number above 0")
    return found


def measurement_of(key: Facts, reading: Reading) -> Measurement:
    """The measurement of a reading. NaN, infinity and values that are too large to compute with
    become failures with a reason. A reason is one line of at most :data:`REASON` printable
    characters."""
    told = {name: value for name, value in vars(reading).items() if name in FIELDS}
    told["reason"] = _one_line(reading.reason)
    if reading.value is not None and not abs(reading.value) < BEYOND:
        told |= {"value": None, "spread": None, "reason": f"the value was {reading.value}"}
    return Measurement(key, **told)


REASON = 1000
"""Largest length of a reason: a compiler's error can have megabytes."""


def _one_line(text: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(printable.split())
    return line if len(line) <= REASON else line[: REASON - 4] + " ..."


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
