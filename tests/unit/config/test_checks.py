import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

import instant
import pytest
from helpers.configs import RIGHT, changed
from helpers.runs import ROOT
from instant import Instant

from archfront.config import experiment
from archfront.config.checks import NAMES_OF_RESULTS
from archfront.config.constraints import constrained_space, constraint_file
from archfront.config.experiment import validated
from archfront.core.files import write_json
from archfront.core.objective import OBJECTIVES, Objective
from archfront.core.population_table import population_table
from archfront.core.registry import ConfigError
from archfront.core.space import ElasticParameter, SearchSpace
from archfront.supernets.registry import SUPERNETS

FRONTS = {"experiment": "other", "platform": "p"}
OTHER = {"experiment": "other", "platform": "p", "tactic": "full", "seed": 1}


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("platform", {}, r"platform: unknown key; allowed: .*\(did you mean 'platforms'\?\)"),
        ("search.populaton", 5, r"search.populaton: unknown key.*did you mean 'population'"),
        ("search.population", 0, "search.population: 0 is less than the minimum of 4"),
        ("search.population", "many", "search.population: 'many' is not of type 'integer'"),
        ("search.algorithm", "nsga", r"search.algorithm: 'nsga' is unknown.*mean 'nsga2'"),
        ("search.crossover", 1.5, "search.crossover: 1.5 is greater than the maximum of 1"),
        ("objectives", [], "objectives: .*"),
        ("concurrent.search", [{"population": 1}], "concurrent.search.0.population: 1 is less"),
        ("concurrent.search", [{}, {"population": 5}], "concurrent.batch: 8 is more than .*, 5;"),
        ("concurrent.search", [{"pop": 9}], "concurrent.search.0.pop: unknown key"),
        (
            "concurrent.search",
            [{}, {"algorithm": "nsga3"}],
            r"concurrent.search.1.algorithm: 'nsga3' is unknown.*mean 'u_nsga3'",
        ),
        (
            "concurrent.search",
            [{"algorithm": "own:random_search", "mutation": 0.1}],
            "concurrent.search.0.mutation: 'own:random_search' has no parameter mutation_rate",
        ),
        (
            "concurrent.search",
            [{"reference_points": [{"top1": 75, "latency": 2}]}],
            "concurrent.search.0.reference_points: 'nsga2' has no .*allowed: null, or .*r_nsga2",
        ),
        (
            "search",
            {"algorithm": "random", "crossover": 0.5},
            "search.crossover: 0.5 has no effect on 'random'.*: 0.9, the default",
        ),
        ("search", {"algorithm": "mo_cma_es", "mutation": 0.1}, "search.mutation: 'mo_cma_es' has"),
        ("search.mutation", 1.5, "search.mutation: 1.5 is greater than the maximum of 1"),
        ("search.reference_points", [], r"search.reference_points: \[\]"),
        (
            "search",
            {"algorithm": "r_nsga2", "reference_points": [{"top1": 75, "latncy": 2}]},
            r"search.reference_points.0: needs .*\['top1', 'latency'\], .*did you mean 'latency'",
        ),
        ("objectives", ["top1", "top1"], "objectives: .* has non-unique elements"),
        ("objectives", ["top1", "latencey"], r"objectives: 'latencey'.*mean 'latency'"),
        ("seeds", [], "seeds: .*"),
        ("objectives", ["bleu", "macs"], "objectives: 'bleu' is nothing that 'embedded_mob"),
        ("concurrent.seconds", 0, "concurrent.seconds: 0 is less than or equal to"),
        ("seeds", [-1], "seeds.0: -1 is less than the minimum of 0"),
        ("experiment", "../x", "experiment: '../x' does not match"),
        ("platforms", {}, "platforms: .*"),
        ("platforms.one.threads", 0, "platforms.one.threads: 0 is less than"),
        ("platforms.one.batch", 1, r"platforms.one.batch: unknown key.*mean 'batch_size'"),
        ("platforms.one.device", "tpu", "platforms.one.device: 'tpu' does not match"),
        ("sampling.count", 1, "sampling.count: 1 is less than the minimum of 4"),
        ("predictors.top1", "rigde", r"predictors.top1: 'rigde'.*mean 'ridge'"),
        ("measurement.validation_images", 1, "measurement.validation_images: 1 is less than"),
        ("concurrent.least_gain", -1, "concurrent.least_gain: -1 is less than"),
        ("concurrent.stagnation", -1, "concurrent.stagnation: -1 is less than"),
        ("popdb.default_threshold", 1, "popdb.default_threshold: 1 is greater than or equal to"),
        ("popdb.source", "tow", r"popdb.source: 'tow' is not a platform.*mean 'two'"),
        ("popdb.thresholds", {"ksize": 0.1}, "popdb.thresholds.ksize: the super-network has"),
        ("popdb.thresholds", {"kz_0": 0.1}, r"thresholds.kz_0: .* ks, e, d and .*mean 'ks_0'"),
        (
            "popdb.thresholds",
            {"ks_20": 0.1},
            r"thresholds.ks_20: .*ks, e, d and .*ks_19, .*mean 'ks_2",
        ),
        ("learning_curve.rows", [36], "learning_curve.rows: 36 is too many: there are 40"),
        ("tactics", ["weaknass"], r"tactics.0: 'weaknass' is not allowed.*mean 'weaknas'"),
        ("popdb.tactics", [], "popdb.tactics: .*"),
        ("warm_start.tactics", ["validation"], "warm_start.tactics: 'validation' is not run"),
        ("warm_start", {"tactics": ["full"], "source": "two"}, "'two' is the target as well"),
        ("warm_start.target", "tow", r"warm_start.target: 'tow' is not a platform.*mean 'two'"),
        ("warm_start.file", "none.csv", "warm_start.file: 'none.csv' is no file"),
        ("warm_start.run", OTHER, "run.experiment: 'other' has no results; "),
        ("warm_start", {"file": "a.csv", "run": OTHER}, "run and file are both there; remove one"),
        ("warm_start.run", {"experiment": "other"}, "the key platform, tactic, seed is missing"),
        ("warm_start", {"tactics": ["full"], "source_tactic": "random"}, "'random' is not run on"),
        ("warm_start.count", 0, "warm_start.count: 0 is less than the minimum of 1"),
        ("export.tactic", "concurent", r"export.tactic: 'concurent' is not run.*'concurrent'"),
        ("reference_point", {"three": {"top1": 1}}, "reference_point.three: needs a platform"),
        ("reference_point", {"one": {"top1": 1}}, "reference_point.one: needs a platform"),
        ("export.seed", 9, r"export.seed: 9 is not one of seeds \[1\]"),
        ("export.platform", "ona", r"export.platform: 'ona' is not a platform.*mean 'one'"),
        ("supernet", "embeded_mobilenetv3", "supernet: .*did you mean 'embedded_mobilenetv3'"),
        ("supernet", "nowhere:Net", "supernet: 'nowhere:Net' cannot be imported"),
        ("supernet", "json:Net", "supernet: 'json:Net' cannot be imported"),
        ("experiment", 3, "experiment: 3 is not of type 'string'"),
        ("experiment", "", "experiment: '' does not match"),
        ("supernet", ["a"], "supernet: .* is not of type 'string'"),
        ("supernet", {"name": "ofa_resnet51"}, "supernet: .*did you mean 'ofa_resnet50'"),
        ("supernet", {"checkpoint": "a.pt"}, "supernet: the key name is missing"),
        (
            "supernet",
            {"name": "ofa_resnet50", "chekpoint": "a.pt"},
            "supernet.chekpoint: .* no such option; .*did you mean 'checkpoint'",
        ),
        (
            "supernet",
            {"name": "ofa_resnet50", "checkpoint": "none.pt"},
            "supernet.checkpoint: none.pt is no file.*results/checkpoints/ofa_resnet50",
        ),
        ("supernet", "ofa_resnet50", "supernet.checkpoint: ofa_resnet50 needs it for top1"),
        (
            "supernet",
            {"name": "ofa_resnet50", "resolution": [224, 128]},
            r"supernet.resolution: \[224, 128\] is not allowed; .*ascending",
        ),
        (
            "supernet",
            {"name": "ofa_resnet50", "resolution": {"first": 128}},
            "supernet.resolution: .* a mapping has first, last and step",
        ),
        ("supernet", "own:Nothing", "supernet: 'own:Nothing' cannot be imported: AttributeError"),
        (
            "supernet",
            "own:memory",
            "supernet: 'own:memory' is no SuperNetwork but an object of the type Mem",
        ),
        ("supernet", "own:made", "supernet: 'own:made' is no SuperNetwork"),
        ("supernet", "own:Broken", "supernet: 'own:Broken': OSError: no weights here"),
        ("supernet", "own:Spaceless", "'own:Spaceless' has no attribute space"),
        ("supernet", "own:ShapelessCosts", r"exact\(\) gave the shape \(1,\) for 3"),
        ("supernet", "own:UnorderedCosts", "'own:UnorderedCosts': .* in order"),
        ("supernet", "own:NotANumber", "'own:NotANumber': .* finite numbers, not nan"),
        ("supernet", "own:Words", "'own:Words': .* finite numbers, not 'many'"),
        ("supernet", "own:DigestOfBytes", r"digest\(\) must give a string, not b'1'"),
        ("platforms", ["one"], "platforms: .* is not of type 'object'"),
        ("platforms.Two words", {}, "platforms: 'Two words' does not match"),
        ("platforms.one.threads", 1.5, "platforms.one.threads: 1.5 is not of type 'integer'"),
        ("platforms.one.batch_size", 0, "platforms.one.batch_size: 0 is less than"),
        ("platforms.one.device", "gpu", "platforms.one.device: 'gpu' does not match"),
        (
            "platforms.one.precision",
            "bf32",
            r"precision: 'bf32' is not allowed; it may be fp32, bf16",
        ),
        ("platforms.one.runtime", "onxruntime", r"runtime: .*mean 'onnxruntime'"),
        ("platforms.one.cores", [0, 0], "platforms.one.cores: .* has non-unique elements"),
        ("platforms", {1: {}}, "platforms.1: 1 is no text; write it in quotation marks"),
        ("bounds.latncy", 3, r"bounds.latncy: neither an objective .*mean 'latency'"),
        ("bounds.latency", "3 ms", "bounds.latency: '3 ms' is not of type 'number'"),
        ("bounds.peak_memory", 1, "bounds.peak_memory: 1 leaves no sub-network; the smallest"),
        ("measurement.latency_precision", 2, "measurement.latency_precision: 2 is greater than"),
        ("objectives", ["top1", 3], "objectives.1: 3 is not of type 'string'"),
        ("objectives", ["top1", "own:Memory"], "'own:Memory' is no Objective.*not its class"),
        ("objectives", ["top1", "own:unnamed"], "'own:unnamed' has the name 'Weight Memory'"),
        ("objectives", ["top1", "own:taken"], "'own:taken' has the name 'macs', which is taken"),
        ("objectives", ["top1", "own:silent"], "'own:silent' does not say how.*override exact"),
        ("objectives", ["top1", "own:odd"], "'own:odd' has the evaluation 'guessed'"),
        ("objectives", ["top1", "own:none"], "'own:none' cannot be imported: AttributeError"),
        ("objectives", ["own:memory", "memory"], "objectives: 'memory' is there twice"),
        ("seeds", [1, 1], "seeds: .* has non-unique elements"),
        ("seeds", 1, "seeds: 1 is not of type 'array'"),
        ("constraint", "compfa", "constraint: 'compfa' is neither .*did you mean 'compofa'"),
        ("constraint", 5, "constraint: 5 is not of type 'string', 'object', 'null'"),
        ("constraint", {"experiment": "a"}, "constraint: the key platform is missing"),
        ("constraint", FRONTS | {"seed": 1}, "constraint.seed: unknown key; allowed: experiment,"),
        ("constraint", FRONTS | {"experiment": "../a"}, "constraint.experiment: '../a' does not"),
        ("sampling.extremes", "yes", "sampling.extremes: 'yes' is not of type 'boolean'"),
        ("sampling.fiel", "x", r"sampling.fiel: unknown key.*mean 'file'"),
        ("measurement.chunk_size", 0, "measurement.chunk_size: 0 is less than"),
        ("measurement.latency_seconds", 0, "measurement.latency_seconds: 0 is less than or equal"),
        ("measurement.attempts", 0, "measurement.attempts: 0 is less than"),
        ("measurement.calibration_images", 10, "measurement.calibration_images: 10 is less than"),
        ("predictors.top1", "look_up", "predictors.top1: 'look_up' is for latency only"),
        ("predictors.macs", "ridge", "predictors.macs: no objective that needs a predictor"),
        ("predictors.top", "ridge", r"predictors.top: no objective.*mean 'top1'"),
        ("predictors.top1", "own:memory", r"predictors.top1: 'own:memory' is no class with fit"),
        ("predictors.top1", "own:Nope", "predictors.top1: 'own:Nope' cannot be imported"),
        ("predictors.top1", "atuo", r"predictors.top1: 'atuo'.*mean 'auto'"),
        ("tactics", ["concurent"], r"tactics.*'concurent' is not allowed.*mean 'concurrent'"),
        ("tactics", ["full"], "export.tactic: 'concurrent' is not run; allowed: .*full"),
        ("search.algorithm", "ga", "search.algorithm: 'ga' does not fit 2 objectives"),
        ("learning_curve.trials", 0, "learning_curve.trials: 0 is less than"),
        ("learning_curve.rows", [], "learning_curve.rows: .*"),
        ("search.generations", 0, "search.generations: 0 is less than"),
        ("search.algorithm", "own:memory", "search.algorithm: 'own:memory' is no function with"),
        ("search.algorithm", "own:nsga9", "search.algorithm: 'own:nsga9' cannot be imported"),
        ("full.measured", 51, "full.measured: 51 is more than search.population, 50"),
        ("concurrent.batch", 60, "concurrent.batch: 60 is more than search.population, 50"),
        ("concurrent.iterations", 0, "concurrent.iterations: 0 is less than"),
        ("popdb.enabled", 1, "popdb.enabled: 1 is not of type 'boolean'"),
        ("popdb.min_cluster_size", 1, "popdb.min_cluster_size: 1 is less than"),
        (
            "popdb.clustering",
            "hdbscn",
            r"popdb.clustering: 'hdbscn' .*it may be exact, hdbscan.*mean",
        ),
        ("popdb.target", "tow", r"popdb.target: 'tow' is not a platform.*mean 'two'"),
        ("popdb.thresholds", {"ks": 1}, "popdb.thresholds.ks: 1 is greater than or equal"),
        ("export.choose", "kneee", r"export.choose: 'kneee' is not allowed.*mean 'knee'"),
        ("export.tactic", "ful", r"export.tactic: 'ful' is not run.*mean 'full'"),
        ("export.row", -1, "export.row: -1 is less than"),
        ("export.at_most", {"latency": "ten"}, "export.at_most.latency: 'ten' is not of type"),
    ],
)
def test_wrong_configs_are_refused_with_place_and_remedy(path, value, message):
    config = changed(path, value)
    with pytest.raises(ConfigError, match=message):
        validated(config)


def test_a_setting_that_an_iterations_algorithm_cannot_take_is_refused():
    """The setting is in the section search, and the algorithm changes later."""
    usual = {"algorithm": "age_moea", "mutation": 0.1, "crossover": 0.5}
    config = changed("search", usual)
    config["concurrent"] = {"search": [{}, {"algorithm": "random"}]}
    with pytest.raises(ConfigError) as refused:
        validated(config)
    lines = str(refused.value).splitlines()
    assert [line.split(": ")[0] for line in lines] == [
        "concurrent.search.1.crossover",
        "concurrent.search.1.mutation",
    ]
    config["concurrent"]["search"][1] |= {"mutation": None, "crossover": 0.9}
    assert validated(config)["concurrent"]["search"] == config["concurrent"]["search"]


def test_all_settings_of_the_search_may_change_from_iteration_to_iteration():
    given = {
        "algorithm": "r_nsga2",
        "population": 60,
        "generations": 9,
        "crossover": 0.7,
        "mutation": 0.1,
        "reference_points": [{"top1": 75, "latency": 2}],
    }
    config = validated(changed("concurrent.search", [given, {}]))
    assert given.keys() == config["search"].keys()
    assert config["concurrent"]["search"] == [given, {}]


def test_an_algorithm_that_does_not_fit_the_number_of_objectives_is_refused():
    config = changed("search.algorithm", "own:two_only")
    assert validated(config)["search"]["algorithm"] == "own:two_only"
    config["objectives"] = ["top1", "latency", "macs"]
    with pytest.raises(ConfigError, match="'own:two_only' does not fit 3 objectives"):
        validated(config)


class WithoutCosts(Instant):
    costs = ()


def test_one_objective_needs_macs_beside_it(monkeypatch):
    monkeypatch.setitem(SUPERNETS, "without_costs", WithoutCosts)
    config = changed("supernet", "without_costs")
    assert validated(config)["objectives"] == ["top1", "latency"]
    with pytest.raises(ConfigError, match=r"objectives: .*has no MACs, against which one"):
        validated(config | {"objectives": ["top1"]})


def test_all_problems_are_told_at_once():
    with pytest.raises(ConfigError) as error:
        validated(RIGHT | {"seeds": "x", "objectives": 3})
    assert len(str(error.value).splitlines()) == 2


def test_an_unknown_bound_hides_no_other_problem():
    with pytest.raises(ConfigError) as error:
        validated(RIGHT | {"bounds": {"latncy": 1}, "learning_curve": {"rows": [99]}})
    assert [line.split(":")[0] for line in str(error.value).splitlines()] == [
        "bounds.latncy",
        "learning_curve.rows",
    ]


@pytest.fixture
def results(tmp_path, monkeypatch):
    """A folder with the results of two experiments, of which only ``older`` has finished."""
    monkeypatch.chdir(tmp_path)
    allowed = {"allowed": {"d_0": [2, 3], "ks_1": [5]}}
    for name in ("cpu", "gpu"):
        write_json(tmp_path / f"results/older/front_values/{name}.json", allowed)
    write_json(tmp_path / "results/newer/config.yaml", {})
    write_json(tmp_path / "results/store/config.yaml", {})
    return tmp_path / "results"


def with_fronts(experiment, platform):
    named = {"experiment": experiment, "platform": platform}
    return RIGHT | {"supernet": "instant:Instant", "constraint": named}


def test_the_values_of_the_fronts_of_a_past_experiment_are_a_constraint(results):
    config = validated(with_fronts("older", "gpu"))
    assert config["constraint"] == {"experiment": "older", "platform": "gpu"}
    path = constraint_file(config["constraint"])
    assert path == Path("results/older/front_values/gpu.json")
    kept = constrained_space(Instant().space, [path])
    values = dict(zip(kept.names, (p.values for p in kept.parameters), strict=True))
    assert values["d_0"] == (2, 3) and values["ks_1"] == (5,) and values["ks_0"] == (3, 5, 7)


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (
            ("oldr", "gpu"),
            r"constraint.experiment: 'oldr' has no results; allowed: newer, older .*mean 'older'",
        ),
        (("store", "gpu"), "constraint.experiment: 'store' has no results; allowed: newer, older"),
        (("test", "gpu"), "constraint.experiment: 'test' is this experiment; name another one"),
        (
            ("older", "gpus"),
            r"constraint: 'gpus' is no platform whose fronts older has; allowed: cpu, gpu .*'gpu'",
        ),
        (
            ("newer", "gpu"),
            "constraint: results/newer/front_values/gpu.json is missing, since newer has not "
            "finished; to finish it: make run ARGS='--configfile results/newer/config.yaml'",
        ),
    ],
)
def test_a_past_experiment_without_such_fronts_is_named(results, named, message):
    with pytest.raises(ConfigError, match=message):
        validated(with_fronts(*named))


def test_fronts_of_another_super_network_are_refused(results):
    config = with_fronts("older", "gpu") | {"supernet": "embedded_mobilenetv3"}
    write_json(results / "older/front_values/gpu.json", {"allowed": {"ks_99": [3]}})
    with pytest.raises(ConfigError, match=r"constraint: .*gpu.json: this space has no parameter"):
        validated(config)


def test_a_run_of_a_past_experiment_that_is_not_there_is_named(results):
    def started(**changes):
        warm = {"tactics": ["full"], "run": OTHER | {"experiment": "older"} | changes}
        return RIGHT | {"supernet": "instant:Instant", "warm_start": warm}

    for changes, message in (
        ({"experiment": "odler"}, r"warm_start.run.experiment: 'odler' .*mean 'older'"),
        ({}, "warm_start.run: 'results/older/seed1/p/full/archive.csv' is no file"),
    ):
        with pytest.raises(ConfigError, match=message):
            validated(started(**changes))


def test_a_bound_needs_a_plug_in_objective_of_its_own_experiment():
    validated(changed("objectives", ["top1", "own:memory"]))
    with pytest.raises(ConfigError, match=r"bounds.memory: neither an objective"):
        validated(changed("bounds.memory", 1))


def test_a_platform_is_not_called_as_a_folder_is():
    platforms = {"one": {}, "start": {"batch_size": 2}}
    with pytest.raises(ConfigError, match=r"platforms\.start: is the name of another folder"):
        validated(RIGHT | {"platforms": platforms})


@pytest.mark.parametrize("name", NAMES_OF_RESULTS)
def test_an_experiment_is_not_called_as_another_folder_of_results_is(name):
    with pytest.raises(ConfigError, match=rf"experiment: results/{name}/ is another folder"):
        validated(RIGHT | {"experiment": name})


def test_the_folders_of_results_in_the_rules_are_no_names_of_experiments():
    rules = "".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    assert set(re.findall(r"results/(\w+)", rules)) == set(NAMES_OF_RESULTS)


class Few(Instant):
    """A super-network with 2 + 4 + 8 sub-networks."""

    def __init__(self):
        widths = [ElasticParameter("w", (1, 2), controller=0, threshold=n + 1) for n in range(3)]
        self.space = SearchSpace([ElasticParameter("d", (1, 2, 3)), *widths])

    def exact(self, objective, population):
        return 1.0 + self.space.canonical(population).sum(axis=1)


FEW = {"supernet": "instant:Few", "popdb": {"enabled": False}, "tactics": ["concurrent"]}
FEW |= {"learning_curve": {"rows": [5]}, "sampling": {"count": 14}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sampling": {"count": 15}}, "sampling.count: 15 is too many: the space has 14 dist"),
        ({"concurrent": {"start": 15}}, "concurrent.start: 15 is too many: the space has 14"),
        ({"constraint": "one.json"}, "concurrent.start: 10 is too many: the space has 8 dist"),
    ],
)
def test_more_sub_networks_than_the_space_has_are_refused(monkeypatch, tmp_path, changes, message):
    monkeypatch.setattr(instant, "Few", Few, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.json").write_text(json.dumps({"allowed": {Few().space.names[0]: [3]}}))
    validated(RIGHT | FEW)
    validated(RIGHT | FEW | {"concurrent": {"start": None}})
    with pytest.raises(ConfigError, match=message):
        validated(RIGHT | FEW | changes)


def test_a_file_with_more_sub_networks_than_samples_is_refused(tmp_path):
    space = Instant().space
    path = tmp_path / "given.json"
    path.write_text("\ufeff" + json.dumps(space.decode(space.sample(20, 1))), encoding="utf-8")
    right = RIGHT | {"supernet": "instant:Instant", "learning_curve": {"rows": [10]}}
    validated(right | {"sampling": {"file": str(path), "count": 20}})
    with pytest.raises(ConfigError, match=r"sampling.file: .*json has 20 distinct .*count is 19"):
        validated(right | {"sampling": {"file": str(path), "count": 19}})


@pytest.mark.parametrize("key", ["sampling.file", "concurrent.proposals"])
def test_a_file_without_an_end_is_refused(tmp_path, key):
    os.mkfifo(tmp_path / "pipe")
    for path in ("/dev/zero", tmp_path / "pipe"):
        with pytest.raises(ConfigError, match=rf"{path}: is no regular file"):
            validated(changed(key, str(path)))


@dataclass(frozen=True)
class Wandering(Objective):
    def exact(self, supernet, population):
        os.chdir("/")
        return supernet.exact("macs", population)


FILES = "sampling.file", "concurrent.proposals", "constraint", "warm_start.file"
WARM = {"warm_start": {"tactics": ["concurrent"]}}


def with_file(key, path):
    """A config with this file, and with a tactic that has a warm start."""
    config = changed(key, str(path))
    return config | {"warm_start": WARM["warm_start"] | config.get("warm_start", {})}


@pytest.mark.parametrize("key", FILES)
@pytest.mark.parametrize("content", [None, "rubbish"], ids=["a long name", "rubbish"])
def test_a_wrong_file_is_named_with_its_key(tmp_path, key, content):
    path = tmp_path / ("x" * 300 if content is None else "x")
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=f"^{key}: ") as refused:
        validated(with_file(key, path))
    assert str(tmp_path) in str(refused.value) and len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("suffix", [".zip", ".xz", ".tar", ".zst", ".gz", ".bz2"])
def test_the_ending_of_a_table_does_not_matter(tmp_path, suffix):
    path = tmp_path / f"front{suffix}"
    right = {"supernet": "instant:Instant", "learning_curve": {"rows": [10]}}
    right |= with_file("warm_start.file", path)
    path.write_text("rubbish")
    with pytest.raises(ConfigError, match=f"^warm_start.file: {path}: "):
        validated(right)
    space = Instant().space
    population_table(space, space.sample(6, 1)).to_csv(path, index=False, compression=None)
    validated(right)


@pytest.mark.skipif(not Path("/proc/self/pagemap").exists(), reason="needs Linux")
@pytest.mark.parametrize("key", FILES)
def test_a_view_of_the_system_is_refused(key):
    with pytest.raises(ConfigError, match=f"^{key}: .*a view of the system"):
        validated(with_file(key, "/proc/self/pagemap"))


def test_checks_leave_the_current_folder(tmp_path, monkeypatch):
    """The objective is the user's: it has no methods of a super-network."""
    wandering = Wandering("wandering", "Wandering", "", False, "exact", False, 1)
    monkeypatch.setitem(OBJECTIVES, "wandering", wandering)
    monkeypatch.chdir(tmp_path)
    validated(RIGHT | {"bounds": {"macs": 1e6}, "objectives": ["top1", "wandering"]})
    assert Path.cwd() == tmp_path


class Exiting(Instant):
    """Ends the process where it cannot go on."""

    def digest(self):
        raise SystemExit("no weights")


def test_a_super_network_that_calls_exit_is_refused(monkeypatch):
    monkeypatch.setattr(instant, "Exiting", Exiting, raising=False)
    with pytest.raises(ConfigError, match=r"supernet: 'instant:Exiting': SystemExit: no weights"):
        validated(RIGHT | {"supernet": "instant:Exiting"})


CONFIG = {"experiment": "some", "platforms": {"here": {}}, "sampling": {"count": 40}}


@pytest.mark.parametrize(
    ("measurement", "objectives", "message"),
    [
        ({"validation_precision": "fp8"}, ["top1"], "'fp8' is not allowed; it may be fp32, tf32"),
        (
            {"validation_precision": "tf32"},
            ["top1"],
            "measurement.validation_precision: 'tf32' is for a GPU, and "
            "measurement.validation_device is 'cpu'; allowed there: fp32, bf16",
        ),
        (
            {"validation_precision": "bf16", "validation_device": "cuda"},
            ["bleu", "latency"],
            "'bf16' is not for bleu; allowed for bleu: fp32",
        ),
    ],
)
def test_an_impossible_precision_is_refused_in_the_config(measurement, objectives, message):
    config = CONFIG | {"measurement": measurement, "objectives": objectives}
    if "bleu" in objectives:
        config |= {"supernet": "embedded_transformer"}
    with pytest.raises(ConfigError, match="validation_precision") as refused:
        experiment.validated(config)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"training": {"steps": 60}}, "training.steps: 60 has no effect, since .*; allowed: 100"),
        ({"training": {"rounds": -1}}, "training.rounds: -1 is less than the minimum of 0"),
        ({"training": {"round": 1}}, "training.round: unknown key.*did you mean 'rounds'"),
        (
            {"training": {"rounds": 2}, "supernet": "embedded_transformer", "objectives": ["bleu"]},
            "training.rounds: 2 needs a super-network with the method fine_tune and the option "
            "checkpoint, and 'embedded_transformer' lacks them.*trained: embedded_mobilenetv3, ",
        ),
        (
            {"training": {"rounds": 2}, "tactics": ["full"], "export": {"tactic": "full"}},
            "training.rounds: 2 needs a tactic that measures in batches, and tactics has full",
        ),
        (
            {"training": {"rounds": 2}, "objectives": ["latency", "macs"]},
            "training.rounds: 2 needs an objective that depends on the weights, such as top1",
        ),
    ],
)
def test_a_training_that_cannot_be_is_refused_with_what_is_allowed(changes, message):
    config = RIGHT | {"popdb": {"enabled": False}} | changes
    with pytest.raises(ConfigError, match=message):
        validated(config)


def test_a_training_is_accepted_with_rounds_and_steps():
    found = validated(RIGHT | {"training": {"rounds": 2, "steps": 60}})
    assert found["training"] == {"rounds": 2, "steps": 60}
    assert validated(RIGHT)["training"] == {"rounds": 0, "steps": 100}
