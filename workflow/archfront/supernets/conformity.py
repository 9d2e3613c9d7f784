"""Checks of the promises of a super-network's class: ``snakemake check_supernet``.

A class that breaks one of them gives wrong measurements without any message. The usual mistake is
a super-network whose sub-networks all evaluate the same.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy

import numpy as np
import pandas as pd

from archfront.core.objective import OBJECTIVES, Objective, exact
from archfront.core.plain import PluginError
from archfront.core.platform import Platform
from archfront.core.space import INACTIVE
from archfront.core.supernet import Reading, SuperNetwork
from archfront.core.types import Indices, Settings
from archfront.measurement.measure import reading_of
from archfront.supernets.registry import supernet
from archfront.supernets.torch_supernetwork import TorchSuperNetwork

RANDOM = 6
"""Number of random sub-networks beside the smallest and the largest."""
SPREADS = 3
"""Repeated values may differ by this many times the sum of their spreads."""
DIGEST = """import json, sys
from archfront.supernets.registry import supernet
print(supernet(json.load(sys.stdin)).digest())"""


def conformity(
    given: Mapping[str, object] | str, objectives: Sequence[str], settings: Settings
) -> pd.DataFrame:
    """One row per check: ``check``, ``objective`` (empty where none is concerned), ``held`` (1 or
    0), ``told``.

    ``given`` is the config's ``supernet``. The objectives that are measured without a platform are
    measured three times, on the smallest, the largest and again the smallest sub-network. The store
    is neither read nor written.
    """
    network = supernet(given)
    rows = [_digest(network, _digest_elsewhere(given)), *_costs(network), *_extraction(network)]
    for name in objectives:
        objective = OBJECTIVES[name]
        if objective.evaluation != "exact" and not objective.per_platform:
            rows += _repeated(network, objective, settings)
    table = pd.DataFrame(rows, columns=["check", "objective", "held", "told"])
    return table.astype({"held": int})


def refuse_unfit(network: SuperNetwork, elsewhere: Iterable[str]) -> None:
    """Raise :class:`PluginError` if a class of the user's breaks a promise that is checked without
    a measurement. ``elsewhere``: digests that another process got. Classes of archfront are not
    checked."""
    if not type(network).__module__.startswith("archfront."):
        rows = [*(_digest(network, digest) for digest in elsewhere), *_costs(network)]
        rows += _extraction(network)
        problems = list(dict.fromkeys(told for _, _, held, told in rows if not held))
        if problems:
            raise PluginError("\n".join(problems))


Row = tuple[str, str, bool, str]


def _digest(network: SuperNetwork, elsewhere: str) -> Row:
    here = network.digest()
    told = f"{type(network).__name__}.digest() gave {here!r}"
    if here != elsewhere:
        told += f", and {elsewhere!r} in another process: no measurement would be found again"
    return "the digest is the same in another process", "", here == elsewhere, told


def _costs(network: SuperNetwork) -> list[Row]:
    own, rows = type(network).__name__, []
    sample = network.space.sample(min(RANDOM, network.space.size), 0)
    population = network.space.canonical(np.concatenate([network.space.extremes(), sample]))
    for name in network.costs:
        values = exact(OBJECTIVES[name], network, population)
        for check, other in (
            ("a value is the same in any batch", _one_by_one),
            ("inactive parameters do not matter", _with_inactive_values),
        ):
            found = other(network, name, population)
            worst = float(np.max(np.abs(found - values)))
            held = bool(np.allclose(found, values, rtol=1e-9, atol=0))
            told = f"{own}.exact({name!r}) differs by up to {worst:.6g}"
            rows.append((check, name, held, told if not held else f"{len(values)} sub-networks"))
    return rows


def _extraction(network: SuperNetwork) -> list[Row]:
    """Whether a batch has the size that is asked for, and whether a torch module is extracted with
    the same weights again, after another one."""
    if not isinstance(network, TorchSuperNetwork):
        return []
    one, two = (network.shapes(Platform("batch", batch_size=size)) for size in (1, 2))
    sized = one != two
    shapes = f"{type(network).__name__}.inputs() gave {one} for a batch of 1"
    if not sized:
        shapes += " and for a batch of 2; give platform.batch_size inputs"
    small, large = network.space.decode(network.space.extremes())
    before = network.state(small)
    network.state(large)
    again = network.state(small)
    other = sorted(before.keys() ^ again.keys()) or [
        name for name, value in before.items() if not np.array_equal(value, again[name])
    ]
    told = f"{type(network).__name__}.extract() gave the smallest sub-network other weights the "
    told += f"second time, after the largest: {', '.join(other[:3])}. Give it the weights of the "
    told += "super-network, and leave these as they are"
    held = not other
    return [
        ("a batch has the size that is asked for", "", sized, shapes),
        (
            "a sub-network has the same weights again",
            "",
            held,
            f"{len(before)} tensors" if held else told,
        ),
    ]


def _digest_elsewhere(given: Mapping[str, object] | str) -> str:
    """The digest in a new process, with another order of sets. The text of the error where it
    cannot be made."""
    done = subprocess.run(
        [sys.executable, "-c", DIGEST],
        input=json.dumps(given),
        env=os.environ | {"PYTHONHASHSEED": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    lines = (done.stderr if done.returncode else done.stdout).strip().splitlines()
    return lines[-1] if lines else ""


def _one_by_one(network: SuperNetwork, name: str, population: Indices) -> np.ndarray:
    rows = [population[number : number + 1] for number in range(len(population))]
    return np.concatenate([exact(OBJECTIVES[name], network, row) for row in rows[::-1]])[::-1]


def _with_inactive_values(network: SuperNetwork, name: str, population: Indices) -> np.ndarray:
    random = np.random.default_rng(0)
    values = random.integers(0, network.space.cardinalities, population.shape)
    other = np.where(population == INACTIVE, values, population)
    return exact(OBJECTIVES[name], network, other.astype(population.dtype))


def _repeated(network: SuperNetwork, objective: Objective, settings: Settings) -> list[Row]:
    """Checks on the smallest, the largest and again the smallest sub-network."""
    first, last = network.space.decode(network.space.extremes())
    asked = [first, last, first]
    author = f"{type(network).__name__}: {objective.name}"
    started = time.time()
    answers = objective.measure(network, deepcopy(asked), None, deepcopy(settings))
    readings = [reading_of(a, c, started) for a, c in zip(answers, asked, strict=True)]
    failed = next((one.reason or "no value" for one in readings if not _there(one)), None)
    if failed is not None:
        return [("a sub-network has a value", objective.name, False, f"{author}: {failed}")]
    small, large, again = (float(one.value or 0) for one in readings)
    spreads = [one.spread or 0.0 for one in readings]
    allowed = SPREADS * (spreads[0] + spreads[2]) + 1e-9 * abs(small)
    off = abs(small - again)
    return [
        (
            "a repeated value agrees within its spread",
            objective.name,
            off <= allowed,
            f"{author} of the smallest sub-network: {small:.6g}, and {again:.6g} after the "
            f"largest; they may differ by {allowed:.2g}",
        ),
        (
            "different sub-networks differ",
            objective.name,
            small != large,
            f"{author}: {small:.6g} for the smallest, {large:.6g} for the largest sub-network",
        ),
    ]


def _there(reading: Reading) -> bool:
    return reading.value is not None and bool(np.isfinite(reading.value))


def broken(table: pd.DataFrame) -> list[str]:
    """A line for each check that did not hold."""
    rows = table[table["held"] == 0]
    return [
        f"NOT KEPT: {check}: {told}"
        for check, told in zip(rows["check"], rows["told"], strict=True)
    ]
