"""Checks of a config that a schema cannot express: conditions on several keys, and the objects that
names stand for."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from archfront.config import budgets, recorded_proposals
from archfront.config.constraints import constrained_space, constraint_file
from archfront.config.models import Search, Training
from archfront.config.queries import (
    WARM,
    chosen,
    closed_forms,
    count_of_runs,
    earlier_archive,
    even_start,
    measured_under,
    runs,
    validated_objectives,
)
from archfront.config.tactic_keys import keys, unused, users
from archfront.config.user_files import configurations, found_before
from archfront.core.objective import OBJECTIVES, exact, qualified_name
from archfront.core.pareto import excess
from archfront.core.registry import ConfigError, listed, nearest, shown
from archfront.core.space import SearchSpace
from archfront.core.supernet import SuperNetwork
from archfront.core.types import Config
from archfront.core.validation import DEVICE, ON_A_PROCESSOR, PRECISION, precision_of
from archfront.core.working_folder import kept_folder
from archfront.predictors.kinds import LIVE, LOOK_UP
from archfront.predictors.predictor import regressor
from archfront.search.algorithms import WITHOUT_CROSSOVER, algorithm, given_options
from archfront.supernets.registry import SUPERNETS, supernet, trainable
from archfront.tactics import in_batches, tactic

MOST_RUNS = 100_000
"""The largest number of runs of an experiment."""
FOLDERS = r"samples(_\d+)?|start|popdb|logs|benchmarks"
"""Names of the folders of a seed beside the folders of the platforms."""
NAMES_OF_RESULTS = "store", "paper", "checkpoints", "training", "published"
"""Folders of ``results/`` that belong to no experiment."""
NAMES_OF_PLATFORMS = (
    ("popdb", "source"),
    ("popdb", "target"),
    ("export", "platform"),
    ("warm_start", "source"),
    ("warm_start", "target"),
)
"""Keys, by section, whose value is the name of a platform."""


@kept_folder()
def cross_checks(config: Config) -> list[str]:
    """The problems of a config that fits the schema and has all defaults; empty if it has none."""
    if too_many := _too_many_runs(config):
        return too_many
    unknown = _unknown_bounds(config)
    problems = [
        *_taken_name(config["experiment"]),
        *unknown,
        *_unfit_platforms(config),
        *_unfit_warm_start(config),
        *_unfit_precision(config["measurement"], config["objectives"]),
        *_unfit_tactics(config),
        *_unfit_budgets(config),
        *_too_large(config),
        *_unfit_search(config),
        *_unfit_learning_curve(config),
        *_unfit_reference_points(config),
        *_unfit_predictors(config),
        *unused(config),
    ]
    try:
        network = _made(config)
        if not unknown:
            _try_out(config, network)
    except ConfigError as error:
        return [*problems, str(error)]
    problems += _unfit_training(config) + _unfit_files(config, network.space)
    return problems + _unfit_thresholds(config["popdb"]["thresholds"], network.space)


def unreadable(config: Config) -> list[str]:
    """The problems for which the results of a past run with this config cannot be read, of a config
    that fits the schema and has all defaults. The other checks are for a run that has not begun."""
    problems = _too_many_runs(config) or _unfit_platforms(config)
    try:
        _made(config)
    except ConfigError as error:
        return [*problems, str(error)]
    return problems


def _made(config: Config) -> SuperNetwork:
    """The super-network. ConfigError if it cannot be made or has no search space."""
    network = supernet(config)
    if not isinstance(getattr(network, "space", None), SearchSpace):
        raise ConfigError(
            f"supernet: {config['supernet']!r} has no attribute space with a SearchSpace"
        )
    return network


def _too_many_runs(config: Config) -> list[str]:
    number = count_of_runs(config)
    if number <= MOST_RUNS:
        return []
    return [
        f"seeds: {len(config['seeds']):,} seeds, {len(config['platforms']):,} platforms and "
        f"{len(config['tactics'])} tactics make {number:,} runs; allowed: {MOST_RUNS:,}"
    ]


def _unfit_thresholds(thresholds: Config, space: SearchSpace) -> list[str]:
    """Problems of PopDB's thresholds that belong to no kind and to no elastic parameter."""
    known = [*space.kinds, *space.names]
    return [
        f"popdb.thresholds.{shown(name)}: the super-network has the kinds {listed(space.kinds)} "
        f"and the elastic parameters {listed(space.names)}{nearest(name, known)}"
        for name in thresholds
        if name not in known
    ]


def _taken_name(experiment: str) -> list[str]:
    if experiment not in NAMES_OF_RESULTS:
        return []
    return [f"experiment: results/{experiment}/ is another folder; choose another name"]


def _unfit_platforms(config: Config) -> list[str]:
    """Problems of the names of objectives and platforms, and of keys that name a platform."""
    objectives: list[str] = config["objectives"]
    names = list(config["platforms"])
    problems = [
        f"objectives: {name!r} is there twice" for name, n in Counter(objectives).items() if n > 1
    ]
    problems += [
        f"platforms.{name}: is the name of another folder; choose another name"
        for name in names
        if re.fullmatch(FOLDERS, name)
    ]
    return problems + [
        f"{section}.{key}: {shown(config[section][key])!r} is not a platform; allowed: "
        f"{listed(names)}{nearest(config[section][key], names)}"
        for section, key in NAMES_OF_PLATFORMS
        if config[section][key] not in names
    ]


def _unfit_precision(settings: Config, objectives: list[str]) -> list[str]:
    """Problems of the precision of validations that do not depend on the host."""
    device, precision = settings["validation_device"], precision_of(settings)
    problems = []
    if device == "cpu" and precision not in ON_A_PROCESSOR:
        problems.append(
            f"{PRECISION}: {precision!r} is for a GPU, and {DEVICE} is 'cpu'; allowed there: "
            f"{', '.join(ON_A_PROCESSOR)}"
        )
    able = {name: OBJECTIVES[name].precisions for name in objectives}
    problems += [
        f"{PRECISION}: {precision!r} is not for {name}; allowed for {name}: {', '.join(allowed)}"
        for name, allowed in able.items()
        if allowed and precision not in allowed
    ]
    return problems


def _unfit_tactics(config: Config) -> list[str]:
    """Problems of tactics whose packages are not installed, and of the exported run."""
    there, export = {name for _, _, name in runs(config)}, config["export"]
    problems = []
    for name in sorted(filter(in_batches, chosen(config))):
        try:
            packages = tactic(name).packages
        except ConfigError as error:
            problems.append(str(error))
            continue
        problems += [
            f"tactics: {name!r} needs {package} (extra rivals), which is not installed: "
            f"pip install {package}"
            for package in packages
            if find_spec(package) is None
        ]
    if export["seed"] not in config["seeds"]:
        problems.append(
            f"export.seed: {export['seed']} is not one of seeds [{listed(config['seeds'])}]"
        )
    if export["tactic"] not in there:
        problems.append(
            f"export.tactic: {shown(export['tactic'])!r} is not run; allowed: "
            f"{', '.join(sorted(there))}{nearest(export['tactic'], there)}"
        )
    return problems


def _unfit_budgets(config: Config) -> list[str]:
    """Problems of budgets of tactics that do not run, and of limits and settings of a search that
    the tactic does not use."""
    there = sorted(chosen(config))
    problems = [
        f"budgets.{name}: {name} is not run; allowed: {', '.join(there)}{nearest(name, there)}"
        for name in config["budgets"]
        if name not in there
    ]
    places = {key: f"concurrent.{key}" for key in budgets.LIMITS}
    places |= {key: f"search.{key}" for key in budgets.SEARCH}
    for name, own in config["budgets"].items():
        if name not in there:
            continue
        used = keys(name)
        problems += [
            f"budgets.{name}.{key}: {shown(own[key])} has no effect, since {name} does not use "
            f"{place}; it is for {', '.join(users(place))}"
            for key, place in places.items()
            if key in own and place not in used
        ]
    return problems


def _unfit_learning_curve(config: Config) -> list[str]:
    """A problem of more training rows than the samples leave for tests."""
    samples = config["sampling"]["count"] * len(config["seeds"])
    most = max(config["learning_curve"]["rows"])
    if most <= samples - 5:
        return []
    return [
        f"learning_curve.rows: {most} is too many: there are {samples} samples "
        "(sampling.count x seeds) and at least 5 must be left to test on"
    ]


def _unfit_reference_points(config: Config) -> list[str]:
    """Problems of reference points without a platform or without a value for each objective."""
    names = config["platforms"]
    needed = f"needs a platform ({listed(names)}) and a number for each of {config['objectives']}"
    return [
        f"reference_point.{shown(name)}: {needed}"
        for name, point in (config["reference_point"] or {}).items()
        if name not in names or set(point) != set(config["objectives"])
    ]


def _too_large(config: Config) -> list[str]:
    """Problems of batches that are larger than the search's population: a batch is chosen from one
    population."""
    problems = []
    for name in chosen(config):
        if in_batches(name) and not _searches_on_predictors(name):
            continue
        steps = range(1, len(config["concurrent"]["search"]) + 1) if in_batches(name) else ()
        populations = [budgets.search(config, name, step)["population"] for step in steps]
        least = min(populations or [budgets.search(config, name)["population"]])
        if (batch := budgets.batch(config, name)) > least:
            key = "concurrent.batch" if in_batches(name) else "full.measured"
            if "batch" in budgets.changes(config, name):
                key = f"budgets.{name}.batch"
            problems.append(
                f"{key}: {batch} is more than search.population, {least}; the batch of {name} is "
                "the best of one population"
            )
    return list(dict.fromkeys(problems))


def _unfit_search(config: Config) -> list[str]:
    """Problems of the settings of the evolutionary search, and of its changes from iteration to
    iteration: an unknown algorithm, or settings that would not reach it."""
    objectives, usual = config["objectives"], config["search"]
    places = {"search": usual}
    places |= {
        f"concurrent.search.{n}": own for n, own in enumerate(config["concurrent"]["search"])
    }
    problems = []
    for place, given in places.items():
        settings = usual | given
        problems += [
            f"{place}.reference_points.{n}: needs a number for each of {objectives}, and has "
            f"{list(point)}{_nearest_objective(point, objectives)}"
            for n, point in enumerate(given.get("reference_points") or [])
            if set(point) != set(objectives)
        ]
        if given.keys() <= {"population", "generations"}:
            continue
        name, crossover = settings["algorithm"], settings["crossover"]
        if name in WITHOUT_CROSSOVER and crossover != Search().crossover:
            problems.append(
                f"{place}.crossover: {crossover} has no effect on {name!r}, which recombines "
                f"nothing; allowed with it: {Search().crossover}, the default"
            )
        try:
            algorithm(name, len(objectives), given_options(settings), place)
        except ConfigError as error:
            problems.append(str(error))
    return problems


def _nearest_objective(point: Config, objectives: list[str]) -> str:
    """The nearest spelling of the first name that is no objective."""
    unknown = [name for name in point if name not in objectives]
    return nearest(unknown[0], objectives) if unknown else ""


def _unfit_experiment(own: str, key: str, name: str) -> list[str]:
    """A problem if a key names the experiment itself, ``own``, or one without results here."""
    if name == own:
        return [f"{key}.experiment: {name!r} is this experiment; name another one"]
    folders = sorted(path.name for path in Path("results").glob("[a-z0-9]*") if path.is_dir())
    there = [folder for folder in folders if folder not in (*NAMES_OF_RESULTS, own)]
    if name in there:
        return []
    allowed = f"allowed: {listed(there)}" if there else "no other experiment has"
    return [f"{key}.experiment: {name!r} has no results; {allowed}{nearest(name, there)}"]


def _unfit_warm_start(config: Config) -> list[str]:
    """Problems of a warm start that does not exist: the file is missing, or the experiment does not
    run the tactic on another platform."""
    warm = config["warm_start"]
    if warm["run"] is not None and warm["file"] is not None:
        return ["warm_start: run and file are both there; remove one of them"]
    if warm["run"] is not None:
        name = warm["run"]["experiment"]
        if problems := _unfit_experiment(config["experiment"], "warm_start.run", name):
            return problems
    if (path := earlier_archive(config)) is not None:
        key = _key_of_earlier(warm)
        return [] if os.path.isfile(path) else [f"{key}: {shown(path)!r} is no file"]
    if not warm["tactics"]:
        return []
    asked = [warm["source_tactic"]] if warm["source_tactic"] else warm["tactics"]
    key = "source_tactic" if warm["source_tactic"] else "tactics"
    there = [
        tactic
        for seed, platform, tactic in runs(config)
        if (seed, platform) == (config["seeds"][0], warm["source"]) and not tactic.endswith(WARM)
    ]
    problems = [
        f"warm_start.{key}: {name!r} is not run on {warm['source']}, so there is nothing of it to "
        f"start from; allowed: {', '.join(there)}{nearest(name, there)}"
        for name in asked
        if name not in there and warm["source"] in config["platforms"]
    ]
    if warm["source"] == warm["target"] and not warm["source_tactic"]:
        problems.append(
            f"warm_start.source: {warm['source']!r} is the target as well; name another platform, "
            "a source_tactic, or an earlier run"
        )
    return problems


def _key_of_earlier(warm: Config) -> str:
    """The key that names the earlier run of a warm start."""
    return f"warm_start.{'file' if warm['run'] is None else 'run'}"


def _unfit_files(config: Config, space: SearchSpace) -> list[str]:
    """Problems of the files that the config names."""
    problems: list[str] = []
    inside, start = space, earlier_archive(config)
    given = config["constraint"]
    if isinstance(given, Mapping):
        problems += _unfit_experiment(config["experiment"], "constraint", given["experiment"])
    with _told(problems, "constraint"):
        if given is not None and not problems:
            inside = constrained_space(space, [constraint_file(given)])
    with _told(problems, "sampling.file"):
        problems += _unfit_counts(config, inside)
    with _told(problems, "concurrent.proposals"):
        if config["concurrent"]["proposals"] is not None:
            problems += recorded_proposals.unfit(config, runs(config), space, inside)
    with _told(problems, _key_of_earlier(config["warm_start"])):
        if start is not None and os.path.isfile(start):
            found_before(start, space)
    return problems


@contextmanager
def _told(problems: list[str], key: str) -> Iterator[None]:
    """Add a ConfigError of the block, under this key, to the problems."""
    try:
        yield
    except ConfigError as error:
        problems.append(f"{key}: {error}")


def _unfit_counts(config: Config, space: SearchSpace) -> list[str]:
    """Problems of counts that are larger than the space, and of a file with more sub-networks than
    the samples. ``space`` is the constrained one."""
    sampling = config["sampling"]
    counts = {"sampling.count": sampling["count"]}
    if any(even_start(config, tactic) for _, _, tactic in runs(config)):
        counts["concurrent.start"] = config["concurrent"]["start"]
    counts |= {
        f"budgets.{name}.samples": budgets.samples(config, name) for name in config["budgets"]
    }
    problems = [
        f"{key}: {count} is too many: the space has {space.size} distinct sub-networks"
        for key, count in counts.items()
        if count > space.size
    ]
    if sampling["file"] is not None:
        given = space.encode(configurations(sampling["file"], space))
        distinct = len(space.first_occurrences(given))
        if distinct > sampling["count"]:
            problems.append(
                f"sampling.file: {sampling['file']} has {distinct} distinct sub-networks, and "
                f"sampling.count is {sampling['count']}; allowed: {distinct} or more"
            )
    return problems


def _unfit_predictors(config: Config) -> list[str]:
    """Problems of the kinds of predictors: unknown kinds, and kinds that do not fit the objective
    or the tactics."""
    problems: list[str] = []
    for objective, kind in config["predictors"].items():
        if objective not in OBJECTIVES or OBJECTIVES[objective].evaluation == "exact":
            known = [n for n, o in OBJECTIVES.items() if o.evaluation != "exact"]
            problems.append(
                f"predictors.{shown(objective)}: no objective that needs a predictor; allowed: "
                f"{listed(known)}{nearest(objective, known)}"
            )
            continue
        if objective not in config["objectives"]:
            problems.append(
                f"predictors.{objective}: no objective of this experiment; objectives has "
                f"{', '.join(config['objectives'])}"
            )
        if kind == LIVE:
            continue
        if kind == LOOK_UP:
            if not OBJECTIVES[objective].sums_over_blocks:
                problems.append(f"predictors.{objective}: {LOOK_UP!r} is for latency only")
            continue
        try:
            regressor(f"predictors.{objective}", kind)
        except ConfigError as error:
            problems.append(str(error))
    return problems


def _unfit_training(config: Config) -> list[str]:
    """Problems of a training of the super-network: a super-network that cannot be trained, no
    objective that depends on the weights, no tactic that searches in rounds, steps without
    rounds."""
    training, name = config["training"], config["supernet"]
    rounds, steps = training["rounds"], training["steps"]
    if rounds == 0:
        usual = Training().steps
        told = (
            f"training.steps: {steps} has no effect, since training.rounds is 0; allowed: {usual}"
        )
        return [] if steps == usual else [told]
    problems, measured = [], validated_objectives(config)
    if all(OBJECTIVES[objective].per_platform for objective in measured):
        problems.append(
            f"training.rounds: {rounds} needs an objective that depends on the weights, such as "
            f"top1, and objectives has {listed(config['objectives'])}; allowed with it: 0"
        )
    if not any(map(in_batches, config["tactics"])):
        problems.append(
            f"training.rounds: {rounds} needs a tactic that measures in batches, and tactics has "
            f"{listed(config['tactics'])}; allowed with it: 0"
        )
    if not trainable(name):
        able = ", ".join(filter(trainable, SUPERNETS))
        problems.append(
            f"training.rounds: {rounds} needs a super-network with the method fine_tune and the "
            f"option checkpoint, and {shown(name)!r} lacks them; allowed with it: 0. Those that "
            f"can be trained: {able}, and package.module:Class of your own"
        )
    return problems


def _searches_on_predictors(name: str) -> bool:
    """Whether a tactic can be imported and runs the search algorithm of the config."""
    try:
        return tactic(name).searches_on_predictors
    except ConfigError:
        return False


def _try_out(config: Config, network: SuperNetwork) -> None:
    """Call the cheap methods of a super-network and its exact objectives. ConfigError if a call
    fails or a result cannot be used."""
    name = config["supernet"]
    few = network.space.sample(min(3, network.space.size), 0)
    if len(config["objectives"]) == 1 and "macs" not in network.costs:
        raise ConfigError(
            f"objectives: {name!r} has no MACs, against which one objective is shown; name two"
        )
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
    except (Exception, SystemExit) as error:  # whatever the user's class raises
        raise ConfigError(f"supernet: {name!r}: {type(error).__name__}: {error}") from error


def _check_measured(config: Config, network: SuperNetwork, name: str) -> None:
    """Raise ConfigError for a built-in objective that the super-network does not measure."""
    known, own = network.measures, qualified_name(OBJECTIVES[name]) is not None
    if known is not None and not own and name not in known:
        raise ConfigError(
            f"objectives: {name!r} is nothing that {config['supernet']!r} measures; it measures "
            f"{', '.join(known)}{nearest(name, known)}"
        )


def _check_bound(config: Config, network: SuperNetwork, name: str) -> None:
    """Raise ConfigError if the bound of an exact objective excludes both the smallest and the
    largest sub-network."""
    bound = config["bounds"].get(name)
    if bound is not None:
        values = exact(OBJECTIVES[name], network, network.space.extremes())
        if np.all(excess({name: values}, {name: bound}) > 0):
            raise ConfigError(
                f"bounds.{name}: {bound} leaves no sub-network; the smallest and the largest have "
                f"{', '.join(f'{value:.6g}' for value in values)}"
            )


def _unknown_bounds(config: Config) -> list[str]:
    """Problems of bounds on a name that is neither an objective of the experiment nor exact."""
    exact_ones = [
        n for n, o in OBJECTIVES.items() if o.evaluation == "exact" and qualified_name(o) is None
    ]
    known = list(dict.fromkeys([*config["objectives"], *exact_ones]))
    return [
        f"bounds.{shown(name)}: neither an objective of this experiment nor exact; allowed: "
        f"{listed(known)}{nearest(name, known)}"
        for name in config["bounds"]
        if name not in known
    ]
