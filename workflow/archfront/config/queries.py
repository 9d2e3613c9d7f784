"""Questions to a validated experiment: its runs, its platforms, its measured objectives."""

from dataclasses import dataclass
from math import ceil

from archfront.config import budgets
from archfront.config.layout import Batch, Run, first_samples, shared
from archfront.core.objective import OBJECTIVES, facts, on_platform
from archfront.core.platform import Platform
from archfront.core.types import Config, Facts
from archfront.core.validation import check_validation
from archfront.predictors.kinds import AUTO
from archfront.supernets.registry import supernet
from archfront.tactics import CONCURRENT, base_name, in_batches
from archfront.tactics import tactic as tactic_class

POPDB, WARM = "_popdb", "_warm"
"""Suffixes of the name of a tactic that is held to PopDB's constrained space, or warm-started."""


def platforms(config: Config) -> list[Platform]:
    """The platforms of the experiment."""
    return [Platform(name, **settings) for name, settings in config["platforms"].items()]


def check_platforms(config: Config) -> None:
    """Raise ValueError if this host cannot provide a platform that the experiment measures on, or
    the device for validation. A super-network that computes its values needs neither.

    The device for validation is not checked if a platform of that kind of device is on another
    host: validations are then read from the store, and a job that lacks one refuses.
    """
    if not supernet(config).needs_platform:
        return
    if on_platform(config["objectives"]):
        for platform in platforms(config):
            platform.check()
    kind = config["measurement"]["validation_device"].partition(":")[0]
    alike = [one for one in platforms(config) if one.device.partition(":")[0] == kind]
    validated = any(OBJECTIVES[name].precisions for name in config["objectives"])
    if validated and not any(platform.elsewhere() for platform in alike):
        check_validation(config["measurement"])


def validated_objectives(config: Config) -> list[str]:
    """The objectives that are measured, not computed."""
    return [n for n in config["objectives"] if OBJECTIVES[n].evaluation != "exact"]


def predictor_kinds(config: Config) -> dict[str, str]:
    """The kind of predictor of each measured objective in full search and in the learning curves.
    The other tactics have default kinds of their own
    (:meth:`~archfront.search.tactic.Tactic.default_kind`)."""
    return {**dict.fromkeys(validated_objectives(config), AUTO), **config["predictors"]}


def closed_forms(config: Config) -> list[str]:
    """The exact objectives in archives: the costs that the super-network states (MACs and
    parameters), and the exact objectives and bounds of the config."""
    named = [*supernet(config).costs, *config["objectives"], *config["bounds"]]
    return [n for n in dict.fromkeys(named) if OBJECTIVES[n].evaluation == "exact"]


def proxies(config: Config) -> list[str]:
    """The columns that the figure of proxies shows beside a quality: the costs that the
    super-network states, and the objectives that are proxies."""
    scores = [n for n in config["objectives"] if OBJECTIVES[n].evaluation == "proxy"]
    return [*supernet(config).costs, *scores]


def measured_chunks(config: Config, batch: Batch, platform: str, count: int) -> list[str]:
    """The paths of the results of all chunks of a batch of ``count`` sub-networks, for all measured
    objectives on a platform."""
    chunks = range(ceil(count / config["measurement"]["chunk_size"]))
    return [
        batch.measured(name, chunk, platform if OBJECTIVES[name].per_platform else None)
        for name in validated_objectives(config)
        for chunk in chunks
    ]


def measured_under(config: Config, objective: str) -> Facts:
    """The facts that the values of an objective depend on, besides the sub-network and the
    platform.

    Measuring jobs have these facts as a parameter, so that they run again when a fact changes.
    """
    network, known = supernet(config), OBJECTIVES[objective]
    context = facts(known, network, config["measurement"])
    return context | {"protocol": known.protocol, "supernet": network.digest()}


def space_digest(config: Config) -> str:
    """The identity of the search space of the experiment's super-network.

    Jobs that sample or search have it as a parameter, so that they run again when the space
    changes.
    """
    return supernet(config).space.digest


def chosen(config: Config) -> list[str]:
    """The tactics of the runs of the experiment, without suffixes, each once."""
    return list(dict.fromkeys(base_name(tactic) for _, _, tactic in runs(config)))


def count_of_runs(config: Config) -> int:
    """The length of :func:`runs`, without making them."""
    later = [config[name] for name in ("popdb", "warm_start")]
    others = sum(len(part["tactics"]) for part in later if part.get("enabled", True))
    return len(config["seeds"]) * (len(config["platforms"]) * len(config["tactics"]) + others)


def runs(config: Config) -> list[tuple[int, str, str]]:
    """Seed, platform and tactic of every run of the experiment, PopDB's and warm-started runs
    included."""
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


def trainings(config: Config) -> list[tuple[int, str, str]]:
    """Seed, platform and tactic of every training of the super-network with a search within it."""
    if not config["training"]["rounds"]:
        return []
    return [
        (seed, name, tactic)
        for seed in config["seeds"]
        for name in config["platforms"]
        for tactic in config["tactics"]
        if in_batches(tactic)
    ]


def concurrent(config: Config) -> list[str]:
    """The tactics of the experiment that are ConcurrentNAS: the paper's Algorithm 1 first."""
    return [name for name in CONCURRENT if name in config["tactics"]]


@dataclass(frozen=True)
class Start:
    """The sub-networks that a run starts from.

    batch:   the batch with their population.
    archive: path of their measurements on the run's platform.
    count:   their largest possible number.
    """

    batch: Batch
    archive: str
    count: int


def start_of(config: Config, seed: int | str, platform: str, tactic: str) -> Start:
    """The start of a run.

    A warm-started loop and a loop in PopDB's constrained space have starts of their own. A tactic
    with ``starts_small_to_large`` starts from sub-networks from small to large, unless
    ``concurrent.start`` is null, or ``sampling.file`` or the tactic's number of samples
    (``budgets``) is given. The other tactics, and every full search, start from the samples, or
    from the first ones. All platforms share the samples and the start from small to large.
    """
    own = Run(seed, platform, tactic).start
    if tactic.endswith(WARM) and in_batches(tactic):
        return Start(own, own.archive, warm_count(config, tactic))
    name, count = "samples", config["sampling"]["count"]
    if even_start(config, tactic):
        name, count = "start", config["concurrent"]["start"]
    elif (asked := budgets.samples(config, tactic)) != count:
        name, count = first_samples(asked), asked
    if tactic.endswith(POPDB) and in_batches(tactic):
        return Start(own, own.archive, count)
    return Start(shared(seed, name), Run(seed, platform, name).archive, count)


def warm_count(config: Config, tactic: str) -> int:
    """Number of sub-networks of the warm start of a tactic: ``warm_start.count``, or as many as the
    tactic starts from without a warm start."""
    if config["warm_start"]["count"] is not None:
        return int(config["warm_start"]["count"])
    if even_start(config, tactic):
        return int(config["concurrent"]["start"])
    return budgets.samples(config, tactic)


def even_start(config: Config, tactic: str) -> bool:
    """Whether a loop starts from sub-networks from small to large, not from random samples."""
    asked = config["concurrent"]["start"] is not None and not config["sampling"]["file"]
    own = "samples" in budgets.changes(config, tactic)
    return asked and not own and in_batches(tactic) and tactic_class(tactic).starts_small_to_large


def earlier_archive(config: Config) -> str | None:
    """The path of the table that warm starts begin with, if it is of another experiment or of the
    user; else None."""
    warm = config["warm_start"]
    if warm["run"] is None:
        found: str | None = warm["file"]
        return found
    run = warm["run"]
    place = Run(run["seed"], run["platform"], run["tactic"])
    return f"results/{run['experiment']}/{place.archive}"
