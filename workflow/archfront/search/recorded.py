"""What the loops of a run proposed, to be measured again elsewhere.

A proposal follows from predictors and a long search, and so from the last bits of floating-point
arithmetic, in which processors and versions of packages differ. A run that is read from the store
on another machine must ask for the same sub-networks: it takes them from a record of the run
(``concurrent.proposals``) and does not search.

The record is a JSON list with ``seed, platform, tactic, iteration`` and ``configurations`` of each
proposal.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from archfront.files import write_json
from archfront.names import ConfigError
from archfront.space import SearchSpace
from archfront.tables import read_population
from archfront.user_files import records_of_proposals

Place = tuple[int, str, str, int]
"""Seed, platform, tactic and iteration."""


def record(folder: Path, space: SearchSpace, path: Path) -> int:
    """Write what the runs in an experiment's folder have proposed; returns how many proposals."""
    found = []
    for table in sorted(folder.glob("seed*/*/*/iteration*/population.csv")):
        seed, platform, tactic, iteration = table.relative_to(folder).parts[:4]
        population = read_population(space, pd.read_csv(table))
        found.append(
            {
                "seed": _number(seed),
                "platform": platform,
                "tactic": tactic,
                "iteration": _number(iteration),
                "configurations": space.decode(population),
            }
        )
    write_json(path, found)
    return len(found)


def proposals(path: str | Path, space: SearchSpace) -> dict[Place, np.ndarray]:
    """The populations in a record; ConfigError that names the file and the place in it."""
    found = {}
    for one in records_of_proposals(path):
        place = one["seed"], one["platform"], one["tactic"], one["iteration"]
        try:
            found[place] = space.encode(one["configurations"])
        except (ValueError, TypeError) as error:
            raise ConfigError(f"{path}: {_told(place)}: {error}") from error
    return found


def unfit(config: Mapping, runs: list[tuple[int, str, str]], space: SearchSpace) -> list[str]:
    """What a config's record lacks of these runs (seed, platform, tactic)."""
    loop, problems = config["concurrent"], []
    there = proposals(loop["proposals"], space)
    for seed, platform, tactic in runs:
        for iteration in range(1, loop["iterations"] + 1):
            place = seed, platform, tactic, iteration
            count = len(there.get(place, ()))
            if tactic != "full" and not tactic.startswith("full_") and count != loop["batch"]:
                problems.append(
                    f"concurrent.proposals: {loop['proposals']!r} has {count} sub-networks for "
                    f"{_told(place)}; concurrent.batch asks for {loop['batch']}"
                )
    return problems


def _number(name: str) -> int:
    return int(re.sub(r"\D", "", name))


def _told(place: Place) -> str:
    seed, platform, tactic, iteration = place
    return f"seed {seed}, {platform}, {tactic}, iteration {iteration}"
