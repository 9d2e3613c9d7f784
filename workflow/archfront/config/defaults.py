"""The defaults of a config: those of the models, and those that depend on other keys."""

from copy import deepcopy
from typing import Any

from archfront.config.model import Rules
from archfront.config.plain_values import copied
from archfront.config.schema import schema
from archfront.core.objective import OBJECTIVES, register
from archfront.core.types import Config
from archfront.supernets.registry import own_objectives, supernet


def with_defaults(given: Config) -> dict[str, Any]:
    """A copy of the config with all defaults but the thresholds of PopDB and the kinds of
    predictors, which depend on the tactic. The config fits the schema.

    User-defined objectives are registered, and their names replace their references and the names
    that the class of the super-network gives them. ConfigError if an objective cannot be used.
    """
    config: dict[str, Any] = copied(given)
    _fill(config, schema())
    own = {n: to for n, to in own_objectives(config["supernet"]).items() if n not in OBJECTIVES}
    config["objectives"] = [register(own.get(name, name)) for name in config["objectives"]]
    names = list(config["platforms"])
    first, last = names[0], names[-1]
    for part in (config["popdb"], config["warm_start"]):
        part["source"] = part["source"] or first
        part["target"] = part["target"] or last
    export = config["export"]
    export["platform"] = export["platform"] or first
    export["seed"] = config["seeds"][0] if export["seed"] is None else export["seed"]
    return config


def with_thresholds(config: Config) -> dict[str, Any]:
    """The config with a threshold of PopDB for each kind of elastic parameter, then those of single
    parameters. The super-network of the config can be made."""
    popdb, kinds = config["popdb"], supernet(config).space.kinds
    given, other = popdb["thresholds"], popdb["default_threshold"]
    thresholds = {kind: given.get(kind, other) for kind in kinds} | given
    return {**config, "popdb": popdb | {"thresholds": thresholds}}


def _fill(config: dict[str, Any], section: Rules) -> None:
    """Add the defaults of a section's schema to ``config``, in place, at every level."""
    for key, part in section.get("properties", {}).items():
        if key not in config and "default" in part:
            config[key] = deepcopy(part["default"])
        if isinstance(config.get(key), dict):
            _fill(config[key], part)
            each = part.get("additionalProperties")
            if isinstance(each, dict):
                for value in config[key].values():
                    if isinstance(value, dict):
                        _fill(value, each)
