"""The setting ``dry``: a rehearsal of the setting ``full`` on made-up measurements.

Its experiments are those of ``experiments/full/``, file by file, on a super-network of closed forms
(:mod:`archfront.closed_form`). It needs no weights, no data and no other hardware.
"""

from archfront.core.types import Config

REHEARSED, REHEARSAL = "full", "dry"
FILES = "checkpoint", "sha256", "imagenet", "data", "cache"
"""Options of super-networks about files."""
CHUNK = 250
"""``measurement.chunk_size``: the largest number of made-up measurements that one job takes. A job
takes longer to start than to measure them."""


def rehearsed(experiment: str) -> str | None:
    """The name of the experiment that one of the name ``dry_<role>`` rehearses: ``full_<role>``.
    None for another name."""
    setting, _, role = experiment.partition("_")
    return f"{REHEARSED}_{role}" if setting == REHEARSAL and role else None


def rehearsal(config: Config) -> Config:
    """The config of the rehearsal of an experiment whose config, without defaults, is ``config``.

    It differs in its name, in the super-network, and in the size of the chunks: the sub-networks
    that are measured and searched, the seeds and the platforms are the same in number and kind.
    """
    given = config["supernet"]
    options = {"name": given} if isinstance(given, str) else dict(given)
    space = {name: value for name, value in options.items() if name not in FILES}
    role = config["experiment"].removeprefix(f"{REHEARSED}_")
    return {
        **config,
        "experiment": f"{REHEARSAL}_{role}",
        "supernet": {"name": "archfront.closed_form:ClosedForm", "space": space},
        "measurement": config.get("measurement", {}) | {"chunk_size": CHUNK},
    }
