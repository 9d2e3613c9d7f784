"""Wrong configs die at once, with the key, the value, what is allowed and the nearest spelling."""

import pytest
import yaml
from runs import ROOT

from archfront import experiment
from archfront.experiment import ConfigError, validated

RIGHT = {"experiment": "test", "platforms": {"one": {}, "two": {"threads": 2}}}


def changed(path, value):
    config = yaml.safe_load(yaml.safe_dump(RIGHT))
    part = config
    *places, last = path.split(".")
    for place in places:
        part = part.setdefault(place, {})
    part[last] = value
    return config


def test_defaults_are_filled_at_every_level():
    config = validated(RIGHT)
    assert config["platforms"]["one"] == {"device": "cpu", "threads": 1, "batch_size": 1}
    assert config["search"]["population"] == 50
    assert config["popdb"]["source"] == "one" and config["popdb"]["target"] == "two"
    assert config["popdb"]["thresholds"] == {"ks": 0.01, "e": 0.01, "d": 0.01}
    assert config["export"]["seed"] == 1
    assert validated(config) == config


@pytest.mark.parametrize("path", [ROOT / "config.yaml", *(ROOT / "experiments").glob("*.yaml")])
def test_shipped_configs_are_valid(path):
    assert experiment.load(path)["experiment"]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("platform", {}, r"platform: unknown key; allowed: .*\(did you mean 'platforms'\?\)"),
        ("search.populaton", 5, r"search.populaton: unknown key.*did you mean 'population'"),
        ("search.population", 0, "search.population: 0 is less than the minimum of 4"),
        ("search.population", "many", "search.population: 'many' is not of type 'integer'"),
        ("search.algorithm", "nsga", r"search.algorithm: 'nsga' is not allowed.*mean 'nsga2'"),
        ("search.crossover", 1.5, "search.crossover: 1.5 is greater than the maximum of 1"),
        ("objectives", ["top1"], "objectives: .* is too short"),
        ("objectives", ["top1", "top1"], "objectives: .* has non-unique elements"),
        ("objectives", ["top1", "latencey"], r"objectives.1: 'latencey'.*mean 'latency'"),
        ("seeds", [], "seeds: .*"),
        ("seeds", [-1], "seeds.0: -1 is less than the minimum of 0"),
        ("experiment", "../x", "experiment: '../x' does not match"),
        ("platforms", {}, "platforms: .*"),
        ("platforms.one.threads", 0, "platforms.one.threads: 0 is less than"),
        ("platforms.one.batch", 1, r"platforms.one.batch: unknown key.*mean 'batch_size'"),
        ("platforms.one.device", "tpu", "platforms.one.device: 'tpu' is not allowed; it may be"),
        ("sampling.count", 1, "sampling.count: 1 is less than the minimum of 4"),
        ("predictors.top1", "rigde", r"predictors.top1: 'rigde'.*mean 'ridge'"),
        ("measurement.validation_images", 1, "measurement.validation_images: 1 is less than"),
        ("concurrent.stagnation", -1, "concurrent.stagnation: -1 is less than"),
        ("popdb.default_threshold", 1, "popdb.default_threshold: 1 is greater than or equal to"),
        ("popdb.source", "tow", r"popdb.source: 'tow' is not a platform.*mean 'two'"),
        ("popdb.thresholds", {"ksize": 0.1}, "popdb.thresholds.ksize: the super-network has"),
        ("learning_curve.rows", [36], "learning_curve.rows: 36 is too many: there are 40"),
        ("reference_point", {"three": {"top1": 1}}, "reference_point.three: needs a platform"),
        ("reference_point", {"one": {"top1": 1}}, "reference_point.one: needs a platform"),
        ("export.seed", 9, r"export.seed: 9 is not one of seeds \[1\]"),
        ("export.platform", "ona", r"export.platform: 'ona' is not a platform.*mean 'one'"),
        ("supernet", "embeded_mobilenetv3", "supernet: .*did you mean 'embedded_mobilenetv3'"),
        ("supernet", "nowhere:Net", "supernet: 'nowhere:Net' cannot be imported"),
        ("supernet", "json:Net", "supernet: 'json:Net' cannot be imported"),
    ],
)
def test_wrong_configs_are_refused_with_place_and_remedy(path, value, message):
    config = changed(path, value)
    with pytest.raises(ConfigError, match=message):
        validated(config)


def keys(schema, place=""):
    for key, part in schema.get("properties", {}).items():
        yield f"{place}{key}", part
        yield from keys(part, f"{place}{key}.")
        each = part.get("additionalProperties")
        if isinstance(each, dict):
            yield from keys(each, f"{place}{key}.<name>.")


@pytest.mark.parametrize(("place", "part"), keys(yaml.safe_load(experiment.SCHEMA.read_text())))
def test_every_key_is_described_and_has_a_default(place, part):
    assert part["description"].endswith(".")
    assert "default" in part or place in ("experiment", "platforms")


def test_all_problems_are_told_at_once():
    with pytest.raises(ConfigError) as error:
        validated(RIGHT | {"seeds": "x", "objectives": 3})
    assert len(str(error.value).splitlines()) == 2


def test_a_missing_key_and_an_empty_file_are_told(tmp_path):
    with pytest.raises(ConfigError, match="the key experiment is missing"):
        validated({"platforms": {"one": {}}})
    (tmp_path / "empty.yaml").write_text("")
    with pytest.raises(ConfigError, match="expected keys and values, found NoneType"):
        experiment.load(tmp_path / "empty.yaml")
