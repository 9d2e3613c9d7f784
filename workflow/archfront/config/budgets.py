"""The budget of each tactic: the sections that all tactics share, with the tactic's changes in the
section ``budgets``."""

from typing import Any

from archfront.core.types import Config
from archfront.tactics import base_name, in_batches

LIMITS = "iterations", "seconds", "stagnation", "least_gain"
"""The keys that end the loop of a tactic that measures in batches."""
SEARCH = "population", "generations"


def changes(config: Config, run: str) -> Config:
    """The tactic's entry in ``budgets``. ``run`` is the name of the tactic, with or without a
    suffix: a warm-started run and a run in a constrained space have the budget of their tactic."""
    found: Config = config["budgets"].get(base_name(run), {})
    return found


def samples(config: Config, run: str) -> int:
    """Number of random samples that the run starts from, if it starts from random samples."""
    return int(changes(config, run).get("samples", config["sampling"]["count"]))


def batch(config: Config, run: str) -> int:
    """Number of sub-networks that the run measures per iteration; a full search has one batch."""
    usual = config["concurrent"]["batch"] if in_batches(run) else config["full"]["measured"]
    return int(changes(config, run).get("batch", usual))


def limits(config: Config, run: str) -> dict[str, Any]:
    """The values of :data:`LIMITS` for the run."""
    loop = {key: config["concurrent"][key] for key in LIMITS}
    return loop | {k: v for k, v in changes(config, run).items() if k in LIMITS}


def search(config: Config, run: str, iteration: int | None = None) -> dict[str, Any]:
    """The settings of the run's evolutionary search. ``iteration`` counts from 1; the entry of
    ``concurrent.search`` for the iteration wins over the entry in ``budgets``."""
    own = {k: v for k, v in changes(config, run).items() if k in SEARCH}
    steps = config["concurrent"]["search"]
    changed = steps[min(iteration, len(steps)) - 1] if iteration and steps else {}
    return {**config["search"], **own, **changed}
