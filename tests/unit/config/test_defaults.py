from helpers.configs import RIGHT, changed

from archfront.config.experiment import validated


def test_sections_that_share_a_mapping_get_their_own_defaults():
    apart = validated(RIGHT | {"popdb": {}, "warm_start": {}})
    shared = {}
    assert validated(RIGHT | {"popdb": shared, "warm_start": shared}) == apart
    assert apart["warm_start"]["tactics"] == [] != apart["popdb"]["tactics"]


def test_defaults_are_filled_at_every_level():
    config = validated(RIGHT)
    assert config["platforms"]["two"] == {
        "device": "cpu",
        "threads": 2,
        "batch_size": 1,
        "precision": "fp32",
        "runtime": "channels_last",
        "cores": None,
        "partition": None,
        "model": None,
    }
    assert config["search"]["population"] == 50
    assert config["popdb"]["source"] == "one" and config["popdb"]["target"] == "two"
    assert config["popdb"]["thresholds"] == {"ks": 0.01, "e": 0.01, "d": 0.01}
    assert config["export"]["seed"] == 1
    assert validated(config) == config


def test_thresholds_of_parameters_stand_beside_those_of_all_kinds():
    config = validated(changed("popdb.thresholds", {"ks_0": 0.02, "e": 0.03}))
    assert config["popdb"]["thresholds"] == {"ks": 0.01, "e": 0.03, "d": 0.01, "ks_0": 0.02}
    assert validated(config) == config
