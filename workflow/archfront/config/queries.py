"""Questions to a validated experiment: its runs, its platforms, its measured objectives."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from archfront.config.layout import Batch, Run, shared
from archfront.core.objective import OBJECTIVES, on_platform
from archfront.core.platform import Platform, check_gpu
from archfront.supernets.registry import supernet

POPDB, WARM = "_popdb", "_warm"
"""What the name of a tactic ends in where it is held to the constrained space, or warm-started."""


def platforms(config: Mapping) -> list[Platform]:
    """The platforms of the experiment."""
    return [Platform(name, **settings) for name, settings in config["platforms"].items()]


def check_platforms(config: Mapping) -> None:
    """ValueError for a platform that is to be measured on, or a device to validate on, that this
    host cannot provide."""
    if on_platform(config["objectives"]):
        for platform in platforms(config):
            platform.check()
    device = config["measurement"]["validation_device"]
    if {"top1", "bleu"} & set(config["objectives"]) and device != "cpu":
        check_gpu("measurement.validation_device", device)


def validated_objectives(config: Mapping) -> list[str]:
    """Objectives that cost a measurement."""
    return [n for n in config["objectives"] if OBJECTIVES[n].evaluation != "exact"]


def closed_forms(config: Mapping) -> list[str]:
    """Exact objectives that archives hold: MACs and parameters, and what the config names."""
    named = ["macs", "params", *config["objectives"], *config["bounds"]]
    return [n for n in dict.fromkeys(named) if OBJECTIVES[n].evaluation == "exact"]


def measured_chunks(config: Mapping, batch: Batch, platform: str, count: int) -> list[str]:
    """The results of all chunks of ``count`` sub-networks that are measured for a platform."""
    chunks = range(ceil(count / config["measurement"]["chunk_size"]))
    return [
        batch.measured(name, chunk, platform if OBJECTIVES[name].per_platform else None)
        for name in validated_objectives(config)
        for chunk in chunks
    ]


def measured_under(config: Mapping, objective: str) -> dict:
    """What the values of an objective depend on besides the sub-network and the platform.

    Jobs that measure have it as a parameter: where it changes, they run again.
    """
    network, known = supernet(config), OBJECTIVES[objective]
    context = known.context(network, config["measurement"])
    return context | {"protocol": known.protocol, "supernet": network.digest()}


def runs(config: Mapping) -> list[tuple[int, str, str]]:
    """(seed, platform, tactic) of every run of the experiment."""
    found = [
        (seed, name, tactic)
        for seed in config["seeds"]
        for name in config["platforms"]
        for tactic in config["tactics"]
    ]
    for section, suffix in (("popdb", POPDB), ("warm_start", WARM)):
        part = config[section]
        if part.get("enabled", True):
            found += [
                (s, part["target"], t + suffix) for s in config["seeds"] for t in part["tactics"]
            ]
    return found


@dataclass(frozen=True)
class Start:
    """The sub-networks that a run starts from: ``batch`` has their population, ``archive`` is the
    path of their measurements on the run's platform, ``count`` is their number at most."""

    batch: Batch
    archive: str
    count: int


def start_of(config: Mapping, seed: int | str, platform: str, tactic: str) -> Start:
    """A warm-started loop has a start of its own. ``concurrent`` starts from sub-networks from
    small to large. The other tactics, and every full search, start from the samples. All platforms
    share the latter two."""
    if tactic.endswith(WARM) and tactic != f"full{WARM}":
        own = Run(seed, platform, tactic).start
        return Start(own, own.archive, config["warm_start"]["count"])
    small_to_large = config["concurrent"]["start"] is not None and not config["sampling"]["file"]
    name, count = "samples", config["sampling"]["count"]
    if small_to_large and tactic.removesuffix(POPDB) == "concurrent":
        name, count = "start", config["concurrent"]["start"]
    return Start(shared(seed, name), Run(seed, platform, name).archive, count)
