"""A run of another experiment as a source of knowledge for a warm-started search."""

from archfront.config.experiment import recorded
from archfront.config.layout import PROVENANCE
from archfront.config.queries import earlier_archive, measured_under, validated_objectives
from archfront.core.files import read_json
from archfront.core.objective import OBJECTIVES
from archfront.core.registry import ConfigError
from archfront.core.types import Config
from archfront.supernets.registry import supernet


def learned_archive(config: Config) -> str | None:
    """The path of the archive of ``warm_start.run`` if a search may learn from it; else None.

    A search learns the objectives that do not depend on the platform. It may learn from the run if
    the other experiment measured all of them in the way in which this experiment measures: with the
    same weights, data and settings. The experiment's ``provenance.json`` says how it measured.
    """
    run = config["warm_start"]["run"]
    if run is None:
        return None
    try:
        told = read_json(f"results/{run['experiment']}/{PROVENANCE}")
        other, weights = recorded(told["experiment"]), told["supernet_digest"]
    except (ConfigError, OSError, ValueError, KeyError):
        return None
    if weights != supernet(config).digest():
        return None
    names = [n for n in validated_objectives(config) if not OBJECTIVES[n].per_platform]
    same = all(
        name in other["objectives"] and measured_under(other, name) == measured_under(config, name)
        for name in names
    )
    return earlier_archive(config) if same else None
