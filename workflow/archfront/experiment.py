"""An experiment: the validated config, with every default filled in.

The schema (``workflow/schemas/config.schema.yaml``) holds every key, its range and its default;
what a schema cannot say is checked here. All problems are found before any work begins.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from inspect import signature
from math import isfinite
from pathlib import Path

import numpy as np
import yaml
from jsonschema import Draft202012Validator

from archfront.constraints import constrained_space, constraint_file
from archfront.measurement.objective import OBJECTIVES, exact, on_platform, qualified_name, register
from archfront.measurement.platform import Platform
from archfront.measurement.validation import QUALITIES, check_validation, unfit_precision
from archfront.names import ConfigError, find, nearest
from archfront.predictors.predictor import AUTO, LIVE, LOOK_UP, regressor
from archfront.search import recorded
from archfront.search.algorithms import algorithm
from archfront.search.pareto import excess
from archfront.space import SearchSpace
from archfront.supernets.supernet import SuperNetwork
from archfront.user_files import configurations, found_before

SCHEMA = Path(__file__).parents[1] / "schemas" / "config.schema.yaml"

SUPERNETS = {
    "embedded_mobilenetv3": "archfront.supernets.embedded:EmbeddedMobileNetV3",
    "embedded_resnet": "archfront.supernets.embedded:EmbeddedResNet",
    "embedded_transformer": "archfront.supernets.embedded_translation:EmbeddedTransformer",
    "hat_wmt14_ende": "archfront.supernets.hat:WMT14EnDe",
    "hat_wmt14_enfr": "archfront.supernets.hat:WMT14EnFr",
    "hat_wmt19_ende": "archfront.supernets.hat:WMT19EnDe",
    "hat_iwslt14_deen": "archfront.supernets.hat:IWSLT14DeEn",
    "ofa_mbv3_w1.0": "archfront.supernets.ofa:MobileNetV3W10",
    "ofa_mbv3_w1.2": "archfront.supernets.ofa:MobileNetV3W12",
    "ofa_resnet50": "archfront.supernets.ofa:ResNet50",
    "ofa_proxyless_w1.3": "archfront.supernets.ofa:ProxylessNASW13",
}


POPDB, WARM = "_popdb", "_warm"
"""What the name of a tactic ends in where it is held to the constrained space, or warm-started."""


def validated(config: Mapping) -> dict:
    """The config with defaults; raises :class:`ConfigError` that names every problem."""
    if not isinstance(config, Mapping):
        raise ConfigError(f"expected keys and values, found {config!r}")
    config = deepcopy(dict(config))
    problems = [_message(error) for error in Draft202012Validator(_schema()).iter_errors(config)]
    problems += _not_finite(config)
    if problems:
        raise ConfigError("\n".join(sorted(problems)))
    _fill(config, _schema())
    problems = _cross_checks(config)
    if problems:
        raise ConfigError("\n".join(problems))
    return config


def read(path: str | Path) -> dict:
    """The keys and values of a YAML file."""
    content = yaml.safe_load(Path(path).read_text())
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: expected keys and values, found {type(content).__name__}")
    return content


def load(path: str | Path) -> dict:
    """The experiment in a YAML file."""
    return validated(read(path))


def experiment_file(name: str, *folders: str | Path) -> Path:
    """Where an experiment of this name is written: in the first of these folders that has
    ``<name>.yaml``, or ``<group>/<rest>.yaml`` where the name is ``<group>_<rest>``."""
    group, _, rest = name.partition("_")
    for folder in map(Path, folders):
        for path in (folder / f"{name}.yaml", folder / group / f"{rest}.yaml"):
            if path.is_file():
                return path
    known = [p.stem for folder in folders for p in Path(folder).glob("*.yaml")]
    raise ConfigError(
        f"experiment {name!r}: there is no {Path(folders[0]) / name}.yaml{nearest(name, known)}"
    )


def supernet(given: Mapping | str) -> SuperNetwork:
    """The super-network of an experiment, or of this name, or of this name with options."""
    if isinstance(given, Mapping) and "supernet" in given:
        given = given["supernet"]
    options = {} if isinstance(given, str) else dict(given)
    name = options.pop("name", given)
    made = find("supernet", name, SUPERNETS)
    known = list(signature(made).parameters) if isinstance(made, type) else []
    for option in options:
        if option not in known:
            raise ConfigError(
                f"supernet.{option}: {name!r} has no such option; allowed: "
                f"{', '.join(['name', *known])}{nearest(option, known)}"
            )
    try:
        network = made(**options) if isinstance(made, type) else made
    except ConfigError:
        raise
    except Exception as error:  # whatever the user's class raises
        raise ConfigError(f"supernet: {name!r}: {type(error).__name__}: {error}") from error
    if not isinstance(network, SuperNetwork):
        raise ConfigError(f"supernet: {name!r} is no SuperNetwork but {made!r}")
    return network


def platforms(config: Mapping) -> list[Platform]:
    """The platforms of the experiment."""
    return [Platform(name, **settings) for name, settings in config["platforms"].items()]


def check_platforms(config: Mapping) -> None:
    """ValueError for a platform that is to be measured on, or a device to validate on, that this
    host cannot provide. Where a platform of that kind of device is elsewhere, so are validations:
    the store is read, and a job that finds one missing refuses."""
    if on_platform(config["objectives"]):
        for platform in platforms(config):
            platform.check()
    kind = config["measurement"]["validation_device"].partition(":")[0]
    alike = [one for one in platforms(config) if one.device.partition(":")[0] == kind]
    validated = set(QUALITIES) & set(config["objectives"])
    if validated and not any(platform.elsewhere() for platform in alike):
        check_validation(config["measurement"])


def validated_objectives(config: Mapping) -> list[str]:
    """Objectives that cost a measurement."""
    return [n for n in config["objectives"] if OBJECTIVES[n].evaluation != "exact"]


def closed_forms(config: Mapping) -> list[str]:
    """Exact objectives that archives hold: MACs and parameters, and what the config names."""
    named = ["macs", "params", *config["objectives"], *config["bounds"]]
    return [n for n in dict.fromkeys(named) if OBJECTIVES[n].evaluation == "exact"]


def measured_folders(config: Mapping, platform: str) -> list[str]:
    """Where, within a batch's folder, the measurements for a platform lie."""
    return [
        f"{name}/{platform}" if OBJECTIVES[name].per_platform else name
        for name in validated_objectives(config)
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
    """What a run starts from: ``batch`` is the folder of its population, within the seed's; the one
    of its archive on a platform is ``archive``; ``count`` the setting that says how many."""

    batch: str
    archive: str
    count: tuple[str, str]


def start_of(config: Mapping, platform: str, run: str) -> Start:
    """Of a warm-started loop its own; of ``concurrent`` sub-networks from small to large; of the
    others, and of full search however it is started, the samples. The latter two are shared by all
    platforms."""
    if run.endswith(WARM) and run != f"full{WARM}":
        own = f"{platform}/{run}/start"
        return Start(own, own, ("warm_start", "count"))
    small_to_large = config["concurrent"]["start"] is not None and not config["sampling"]["file"]
    if small_to_large and run.removesuffix(POPDB) == "concurrent":
        return Start("start", f"{platform}/start", ("concurrent", "start"))
    return Start("samples", f"{platform}/samples", ("sampling", "count"))


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


def _not_finite(value: object, place: str = "") -> list[str]:
    """Numbers that no range excludes, since they compare with nothing."""
    if isinstance(value, float) and not isfinite(value):
        return [f"{place}: {value} is not allowed; a finite number"]
    inner = dict(enumerate(value)) if isinstance(value, list) else value
    if not isinstance(inner, Mapping):
        return []
    return [
        problem
        for key, part in inner.items()
        for problem in _not_finite(part, f"{place}.{key}" if place else str(key))
    ]


def _cross_checks(config: dict) -> list[str]:
    """What concerns several keys, or what their names stand for."""
    problems = []
    try:
        config["objectives"] = [register(reference) for reference in config["objectives"]]
    except ConfigError as error:
        return [str(error)]
    unknown = _unknown_bounds(config)
    if unknown:
        return unknown
    for name in {n for n in config["objectives"] if config["objectives"].count(n) > 1}:
        problems.append(f"objectives: {name!r} is there twice")
    names = list(config["platforms"])
    problems += [
        f"platforms.{name}: is the name of another folder; choose another name"
        for name in {*names} & {"samples", "start", "popdb", "logs", "benchmarks"}
    ]
    popdb, warm = config["popdb"], config["warm_start"]
    for part in (popdb, warm):
        part["source"] = part["source"] or names[0]
        part["target"] = part["target"] or names[-1]
    warm["count"] = warm["count"] or config["concurrent"]["start"] or config["sampling"]["count"]
    export = config["export"]
    export["platform"] = export["platform"] or names[0]
    export["seed"] = config["seeds"][0] if export["seed"] is None else export["seed"]
    places = ("popdb", "source"), ("popdb", "target"), ("export", "platform")
    for section, key in (*places, ("warm_start", "source"), ("warm_start", "target")):
        value = config[section][key]
        if value not in names:
            problems.append(
                f"{section}.{key}: {value!r} is not a platform; allowed: {', '.join(names)}"
                + nearest(value, names)
            )
    problems += _unfit_warm_start(config)
    problems += unfit_precision(config["measurement"], config["objectives"])
    there = {tactic for _, _, tactic in runs(config)}
    if any("optuna" in tactic for tactic in there) and find_spec("optuna") is None:
        problems.append("tactics: Optuna is not installed; pip install optuna")
    if export["seed"] not in config["seeds"]:
        problems.append(f"export.seed: {export['seed']} is not one of seeds {config['seeds']}")
    if export["tactic"] not in there:
        problems.append(
            f"export.tactic: {export['tactic']!r} is not run; allowed: {', '.join(sorted(there))}"
            + nearest(export["tactic"], there)
        )
    problems += _too_large(config)
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
    problems += _unfit_predictors(config)
    try:
        algorithm(config["search"]["algorithm"], len(config["objectives"]))
    except ConfigError as error:
        problems.append(str(error))
    try:
        network = supernet(config)
        _try_out(config, network)
    except ConfigError as error:
        return [*problems, str(error)]
    problems += _unfit_files(config, network.space)
    kinds = network.space.kinds
    for kind in popdb["thresholds"]:
        if kind not in kinds:
            problems.append(
                f"popdb.thresholds.{kind}: the super-network has the kinds {', '.join(kinds)}"
                + nearest(kind, kinds)
            )
    popdb["thresholds"] = {
        kind: popdb["thresholds"].get(kind, popdb["default_threshold"]) for kind in kinds
    }
    return problems


def _too_large(config: Mapping) -> list[str]:
    """What is measured at a time comes out of one population."""
    usual = config["search"]["population"]
    own = [part.get("population", usual) for part in config["concurrent"]["search"]]
    return [
        f"{section}.{key}: {config[section][key]} is more than search.population, {population}; "
        "what is measured are the best of one population"
        for section, key, population in (
            ("full", "measured", usual),
            ("concurrent", "batch", min(own or [usual])),
        )
        if config[section][key] > population
    ]


def _unfit_warm_start(config: Mapping) -> list[str]:
    """A start that is not there: no such file, or no run of the tactic on another platform."""
    warm = config["warm_start"]
    if warm["file"] is not None:
        there = Path(warm["file"]).is_file()
        return [] if there else [f"warm_start.file: {warm['file']!r} is no file"]
    if not warm["tactics"]:
        return []
    problems = [
        f"warm_start.tactics: {name!r} is not run, so there is no front of it to start from; "
        f"allowed: {', '.join(config['tactics'])}{nearest(name, config['tactics'])}"
        for name in warm["tactics"]
        if name not in config["tactics"]
    ]
    if warm["source"] == warm["target"]:
        problems.append(
            f"warm_start.source: {warm['source']!r} is the target as well; name another platform, "
            "or a file of an earlier run"
        )
    return problems


def _unfit_files(config: Mapping, space: SearchSpace) -> list[str]:
    """What is wrong with the files that the config names."""
    problems, start = [], config["warm_start"]["file"]
    try:
        inside = space
        if config["constraint"] is not None:
            inside = constrained_space(space, [constraint_file(config["constraint"])])
        if config["sampling"]["file"] is not None:
            configurations(config["sampling"]["file"], inside)
        if config["concurrent"]["proposals"] is not None:
            problems += recorded.unfit(config, runs(config), space)
    except ConfigError as error:
        problems.append(str(error))
    if start is not None and Path(start).is_file():
        try:
            found_before(start, space)
        except ConfigError as error:
            problems.append(f"warm_start.file: {error}")
    return problems


def _unfit_predictors(config: dict) -> list[str]:
    """Unknown kinds, and objectives that have no predictor; those without a kind get auto."""
    problems, kinds = [], config["predictors"]
    measured = validated_objectives(config)
    for objective, kind in kinds.items():
        if objective not in OBJECTIVES or OBJECTIVES[objective].evaluation == "exact":
            known = [n for n, o in OBJECTIVES.items() if o.evaluation != "exact"]
            problems.append(
                f"predictors.{objective}: no objective that needs a predictor; allowed: "
                f"{', '.join(known)}{nearest(objective, known)}"
            )
            continue
        if kind == LIVE:
            problems += [
                f"predictors.{objective}: {LIVE!r} is for concurrent and concurrent_paper, and "
                f"tactics has {tactic!r}"
                for tactic in {name for _, _, name in runs(config)}
                if not tactic.startswith("concurrent")
            ]
            continue
        if kind == LOOK_UP:
            if objective != "latency":
                problems.append(f"predictors.{objective}: {LOOK_UP!r} is for latency only")
            continue
        try:
            regressor(f"predictors.{objective}", kind)
        except ConfigError as error:
            problems.append(str(error))
    config["predictors"] = dict.fromkeys(measured, AUTO) | kinds
    return problems


def _try_out(config: Mapping, network: SuperNetwork) -> None:
    """Ask a super-network and its exact objectives what costs nothing; ConfigError if it fails."""
    name = config["supernet"]
    if not isinstance(getattr(network, "space", None), SearchSpace):
        raise ConfigError(f"supernet: {name!r} has no attribute space with a SearchSpace")
    few = network.space.sample(min(3, network.space.size), 0)
    try:
        for objective in closed_forms(config):
            values = exact(OBJECTIVES[objective], network, few)
            if not np.allclose(exact(OBJECTIVES[objective], network, few[::-1]), values[::-1]):
                raise ValueError(
                    f"exact({objective!r}) must give one number per row, in order: three "
                    "sub-networks in reverse gave other numbers"
                )
            _check_bound(config, network, objective)
        if LOOK_UP in config["predictors"].values() and network.blocks(few) is None:
            raise ConfigError(
                f"predictors.latency: {name!r} does not say what blocks its sub-networks have"
            )
        if not isinstance(network.digest(), str):
            raise ValueError(f"digest() must give a string, not {network.digest()!r}")
        for objective in validated_objectives(config):
            _check_measured(config, network, objective)
            measured_under(config, objective)
    except ConfigError:
        raise
    except Exception as error:  # whatever the user's class raises
        raise ConfigError(f"supernet: {name!r}: {type(error).__name__}: {error}") from error


def _check_measured(config: Mapping, network: SuperNetwork, name: str) -> None:
    """A built-in objective must be one that the super-network says it measures."""
    known, own = network.measures, qualified_name(OBJECTIVES[name]) is not None
    if known is not None and not own and name not in known:
        raise ConfigError(
            f"objectives: {name!r} is nothing that {config['supernet']!r} measures; it measures "
            f"{', '.join(known)}{nearest(name, known)}"
        )


def _check_bound(config: Mapping, network: SuperNetwork, name: str) -> None:
    """An exact objective's bound must leave the smallest or the largest sub-network."""
    bound = config["bounds"].get(name)
    if bound is not None:
        values = exact(OBJECTIVES[name], network, network.space.extremes())
        if (excess({name: values}, {name: bound}) > 0).all():
            raise ConfigError(
                f"bounds.{name}: {bound} leaves no sub-network; the smallest and the largest have "
                f"{', '.join(f'{value:.6g}' for value in values)}"
            )


def _unknown_bounds(config: Mapping) -> list[str]:
    """Bounds on what is neither an objective of the experiment nor exact."""
    exact_ones = [n for n, o in OBJECTIVES.items() if o.evaluation == "exact"]
    known = list(dict.fromkeys([*config["objectives"], *exact_ones]))
    return [
        f"bounds.{name}: neither an objective of this experiment nor exact; allowed: "
        f"{', '.join(known)}{nearest(name, known)}"
        for name in config["bounds"]
        if name not in known
    ]


def _message(error) -> str:
    """One line: the key, the value, what is allowed, the nearest spelling."""
    place = ".".join(str(part) for part in error.absolute_path)
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        unknown = [key for key in error.instance if key not in known]
        lines = [
            f"{'.'.join(filter(None, [place, str(key)]))}: unknown key; "
            f"allowed: {', '.join(known)}{nearest(key, known)}"
            for key in unknown
        ]
        return "\n".join(lines)
    if error.validator == "enum":
        allowed = error.validator_value
        return (
            f"{place}: {error.instance!r} is not allowed; it may be "
            f"{', '.join(map(str, allowed))}{nearest(error.instance, allowed)}"
        )
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f"{place or 'config'}: the key {', '.join(missing)} is missing"
    return f"{place or 'config'}: {error.message}"
