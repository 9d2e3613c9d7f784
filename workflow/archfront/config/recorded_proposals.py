"""A record of the batches that a run proposed, so that another machine can read the run from the
store.

A proposal follows from predictors and a long search, and so from the last bits of floating-point
arithmetic. Processors and versions of packages differ in these bits. A run that is read from the
store on another machine must ask for the same sub-networks: it takes them from the record
(``concurrent.proposals``) and does not search.

The record is a JSON list with ``seed``, ``platform``, ``tactic``, ``iteration`` and
``configurations`` of each proposal.
"""

from itertools import count
from pathlib import Path

from archfront.config import budgets
from archfront.config.layout import Run, iterations
from archfront.config.user_files import records_of_proposals
from archfront.core.files import read_table, write_json
from archfront.core.population_table import read_population
from archfront.core.registry import ConfigError, shown
from archfront.core.space import SearchSpace
from archfront.core.types import Config, Facts, Indices
from archfront.tactics import in_batches

Place = tuple[int, str, str, int]
"""Seed, platform, tactic and iteration."""


def record(folder: Path, runs: list[tuple[int, str, str]], space: SearchSpace, path: Path) -> int:
    """Write the proposals of these runs (seed, platform, tactic) in an experiment's ``folder`` to
    ``path``; returns their number."""
    found = []
    for seed, platform, tactic in runs:
        for number, table in iterations(folder, Run(seed, platform, tactic), "population"):
            rows = read_population(space, read_table(table))
            place = {"seed": seed, "platform": platform, "tactic": tactic, "iteration": number}
            found.append(place | {"configurations": space.decode(rows)})
    write_json(path, found)
    return len(found)


def proposals(path: str | Path, space: SearchSpace) -> dict[Place, Indices]:
    """The populations in a record; ConfigError that names the file and the place in it."""
    found = {}
    for one in records_of_proposals(path):
        place = one["seed"], one["platform"], one["tactic"], one["iteration"]
        try:
            found[place] = space.encode(one["configurations"])
        except (ValueError, TypeError) as error:
            raise ConfigError(f"{path}: {_told(place)}: {shown(str(error))}") from error
    return found


def recorded_batch(
    path: str | Path | None, own: SearchSpace, space: SearchSpace, place: Facts
) -> Indices | None:
    """The proposal of this ``seed``, ``platform``, ``tactic`` and ``iteration``, rows of ``space``;
    None without a record. ``own`` is the super-network's space, ``space`` a constrained version."""
    if not path:
        return None
    key = int(place["seed"]), place["platform"], place["tactic"], int(place["iteration"])
    there = proposals(path, own)
    if key not in there:
        raise ConfigError(f"{path}: no proposal for {_told(key)}")
    if not own.contained_in(there[key], space).all():
        raise ConfigError(f"{path}: {_told(key)}: lies outside the constrained space of this run")
    return own.convert(there[key], space)


def unfit(
    config: Config, runs: list[tuple[int, str, str]], own: SearchSpace, space: SearchSpace
) -> list[str]:
    """The problems of the config's record for these runs (seed, platform, tactic).

    A run has at least its first iteration in the record, and no gap: the recorded run may have
    ended before ``concurrent.iterations``. Each proposal has ``concurrent.batch`` sub-networks
    within ``space``, the config's constrained version of the super-network's space ``own``. A run
    from a record states no expected gain, so that ``concurrent.least_gain`` must be 0.
    """
    loop, problems = config["concurrent"], []
    for least in {budgets.limits(config, tactic)["least_gain"] for _, _, tactic in runs} - {0}:
        problems.append(
            f"concurrent.least_gain: {least} has no effect with concurrent.proposals, "
            "which hold no expected gain; remove one of them"
        )
    there = proposals(loop["proposals"], own)
    recorded: dict[tuple[int, str, str], set[int]] = {}
    for place in there:
        recorded.setdefault(place[:3], set()).add(place[3])
    for run in runs:
        if not in_batches(run[2]):
            continue
        numbers = recorded.get(run, set())
        lacking = next(number for number in count(1) if number not in numbers)
        last = min(budgets.limits(config, run[2])["iterations"], max(numbers, default=1))
        for iteration in sorted(number for number in numbers | {lacking} if number <= last):
            place = *run, iteration
            rows = there.get(place, own.sample(0, 0))
            there_are = len(rows)
            if not own.contained_in(rows, space).all():
                problems.append(
                    f"concurrent.proposals: {loop['proposals']!r}: {_told(place)} lies outside the "
                    "constraint"
                )
            if there_are != (batch := budgets.batch(config, run[2])):
                problems.append(
                    f"concurrent.proposals: {loop['proposals']!r} has {there_are} sub-networks for "
                    f"{_told(place)}; the batch asked for has {batch}"
                )
    return problems


def _told(place: Place) -> str:
    seed, platform, tactic, iteration = place
    return f"seed {seed}, {shown(platform)}, {shown(tactic)}, iteration {iteration}"
