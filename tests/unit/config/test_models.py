from helpers.runs import CONFIG

from archfront.config.experiment import validated
from archfront.config.models import Experiment


def test_defaults_of_the_models_are_those_of_a_validated_config():
    made, found = Experiment(experiment="small", platforms={}), validated(CONFIG)
    for name in ("beam", "length_penalty", "latency_seconds", "validation_precision"):
        assert getattr(made.measurement, name) == found["measurement"][name]
    assert made.warm_start.tactics == found["warm_start"]["tactics"]
