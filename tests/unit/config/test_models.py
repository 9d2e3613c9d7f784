from helpers.runs import CONFIG

from archfront.config.experiment import validated
from archfront.config.models import Experiment
from archfront.config.schema import schema
from archfront.search.popdb import CLUSTERINGS


def test_defaults_of_the_models_are_those_of_a_validated_config():
    made, found = Experiment(experiment="small", platforms={}), validated(CONFIG)
    for name in ("beam", "length_penalty", "latency_seconds", "validation_precision"):
        assert getattr(made.measurement, name) == found["measurement"][name]
    assert made.warm_start.tactics == found["warm_start"]["tactics"]


def test_the_clusterings_of_the_config_are_those_of_popdb():
    """The models do not import popdb, so that its code is no part of every job."""
    assert schema()["properties"]["popdb"]["properties"]["clustering"]["enum"] == [*CLUSTERINGS]
