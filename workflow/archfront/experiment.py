"""An experiment: the validated config, with every default filled in.

The schema (``workflow/schemas/config.schema.yaml``) holds every key, its range and its default;
what a schema cannot say is checked here. All problems are found before any work begins.
"""

import difflib
import importlib
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

from archfront.measurement.objective import OBJECTIVES
from archfront.measurement.platform import Platform
from archfront.supernets.supernet import SuperNetwork

SCHEMA = Path(__file__).parents[1] / "schemas" / "config.schema.yaml"

SUPERNETS = {
    "embedded_mobilenetv3": "archfront.supernets.embedded:EmbeddedMobileNetV3",
    "embedded_resnet": "archfront.supernets.embedded:EmbeddedResNet",
}


class ConfigError(ValueError):
    """What is wrong with a config, where, and what is allowed; made to be shown to a person."""


def validated(config: Mapping) -> dict:
    """The config with defaults; raises :class:`ConfigError` that names every problem."""
    config = deepcopy(dict(config))
    problems = [_message(error) for error in Draft202012Validator(_schema()).iter_errors(config)]
    if problems:
        raise ConfigError("\n".join(sorted(problems)))
    _fill(config, _schema())
    problems = _cross_checks(config)
    if problems:
        raise ConfigError("\n".join(problems))
    return config


def load(path: str | Path) -> dict:
    """The experiment in a YAML file."""
    content = yaml.safe_load(Path(path).read_text())
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: expected keys and values, found {type(content).__name__}")
    return validated(content)


def supernet(config: Mapping) -> SuperNetwork:
    """The experiment's super-network."""
    name = SUPERNETS.get(config["supernet"], config["supernet"])
    module, _, attribute = name.partition(":")
    if not attribute:
        raise ConfigError(
            f"supernet: {name!r} is unknown; allowed: {', '.join(SUPERNETS)} or "
            f"package.module:Class{_nearest(name, SUPERNETS)}"
        )
    try:
        return getattr(importlib.import_module(module), attribute)()
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"supernet: {name!r} cannot be imported: {error}") from error


def platforms(config: Mapping) -> list[Platform]:
    """The platforms of the experiment."""
    return [Platform(name, **settings) for name, settings in config["platforms"].items()]


def validated_objectives(config: Mapping) -> list[str]:
    """Objectives that cost a measurement."""
    return [n for n in config["objectives"] if OBJECTIVES[n].evaluation == "validation"]


def runs(config: Mapping) -> list[tuple[int, str, str]]:
    """(seed, platform, tactic) of every run of the experiment."""
    found = [
        (seed, name, tactic)
        for seed in config["seeds"]
        for name in config["platforms"]
        for tactic in ("full", "concurrent")
    ]
    if config["popdb"]["enabled"]:
        found += [(seed, config["popdb"]["target"], "concurrent_popdb") for seed in config["seeds"]]
    return found


@cache
def _schema() -> dict:
    return yaml.safe_load(SCHEMA.read_text())


def _fill(config: dict, schema: Mapping) -> None:
    """Defaults, in place, at every level."""
    for key, part in schema.get("properties", {}).items():
        if key not in config and "default" in part:
            config[key] = deepcopy(part["default"])
        if isinstance(config.get(key), dict):
            _fill(config[key], part)
            each = part.get("additionalProperties")
            if isinstance(each, dict):
                for value in config[key].values():
                    if isinstance(value, dict):
                        _fill(value, each)


def _cross_checks(config: dict) -> list[str]:
    """What concerns several keys, or the super-network."""
    problems = []
    names = list(config["platforms"])
    popdb = config["popdb"]
    popdb["source"] = popdb["source"] or names[0]
    popdb["target"] = popdb["target"] or names[-1]
    export = config["export"]
    export["platform"] = export["platform"] or names[0]
    export["seed"] = config["seeds"][0] if export["seed"] is None else export["seed"]
    for section, key in (("popdb", "source"), ("popdb", "target"), ("export", "platform")):
        value = config[section][key]
        if value not in names:
            problems.append(
                f"{section}.{key}: {value!r} is not a platform; allowed: {', '.join(names)}"
                + _nearest(value, names)
            )
    if export["seed"] not in config["seeds"]:
        problems.append(f"export.seed: {export['seed']} is not one of seeds {config['seeds']}")
    samples = config["sampling"]["count"] * len(config["seeds"])
    if max(config["learning_curve"]["rows"]) > samples - 5:
        problems.append(
            f"learning_curve.rows: {max(config['learning_curve']['rows'])} is too many: there are "
            f"{samples} samples (sampling.count x seeds) and at least 5 must be left to test on"
        )
    for name, point in (config["reference_point"] or {}).items():
        if name not in names or set(point) != set(config["objectives"]):
            problems.append(
                f"reference_point.{name}: needs a platform ({', '.join(names)}) and a number for "
                f"each of {config['objectives']}"
            )
    try:
        kinds = supernet(config).space.kinds
    except ConfigError as error:
        return [*problems, str(error)]
    for kind in popdb["thresholds"]:
        if kind not in kinds:
            problems.append(
                f"popdb.thresholds.{kind}: the super-network has the kinds {', '.join(kinds)}"
                + _nearest(kind, kinds)
            )
    popdb["thresholds"] = {
        kind: popdb["thresholds"].get(kind, popdb["default_threshold"]) for kind in kinds
    }
    return problems


def _message(error) -> str:
    """One line: the key, the value, what is allowed, the nearest spelling."""
    place = ".".join(str(part) for part in error.absolute_path)
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        unknown = [key for key in error.instance if key not in known]
        lines = [
            f"{'.'.join(filter(None, [place, str(key)]))}: unknown key; "
            f"allowed: {', '.join(known)}{_nearest(key, known)}"
            for key in unknown
        ]
        return "\n".join(lines)
    if error.validator == "enum":
        allowed = error.validator_value
        return (
            f"{place}: {error.instance!r} is not allowed; it may be "
            f"{', '.join(map(str, allowed))}{_nearest(error.instance, allowed)}"
        )
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f"{place or 'config'}: the key {', '.join(missing)} is missing"
    return f"{place or 'config'}: {error.message}"


def _nearest(word: object, known) -> str:
    close = difflib.get_close_matches(str(word), [str(k) for k in known], 1)
    return f" (did you mean {close[0]!r}?)" if close else ""
