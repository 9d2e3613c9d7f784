import pytest

from archfront.core.platform import Platform
from archfront.core.space import ElasticParameter, SearchSpace
from archfront.core.supernet import Reading
from archfront.evaluation import latency as protocol
from archfront.supernets.timed import TimedModules

HERE = Platform("here", batch_size=3)


class Named(TimedModules):
    """Its modules and its batches are named by their configuration."""

    space = SearchSpace([ElasticParameter("d", (1, 2, 3))])

    def digest(self):
        return "named"

    def exact(self, objective, population):
        return population[:, 0].astype(float)

    def measure(self, objective, configurations, platform, settings):
        yield from self.latencies(configurations, platform, settings)

    def deployed(self, configuration):
        return f"module {configuration['d'][0]}"

    def batches(self, configurations, platform):
        return [f"{platform.batch_size} for {c['d'][0]}" for c in configurations]


@pytest.fixture
def asked(monkeypatch):
    calls = []

    def latencies(*given):
        calls.append(given)
        yield from [Reading(1.0)] * len(given[0])

    def time_reference(*given):
        calls.append(given)
        return Reading(2.0)

    monkeypatch.setattr(protocol, "latencies", latencies)
    monkeypatch.setattr(protocol, "time_reference", time_reference)
    return calls


def test_sub_networks_are_timed_beside_the_middle_one(asked):
    settings = {"reference": 9.0, "latency_seconds": 0.5, "latency_precision": 0.1}
    found = [*Named().measure("latency", [{"d": [3]}, {"d": [1]}], HERE, settings)]
    assert [reading.value for reading in found] == [1.0, 1.0]
    modules, batches = ["module 3", "module 1"], ["3 for 3", "3 for 1"]
    assert asked == [(modules, batches, "module 2", "3 for 2", 9.0, HERE, 0.5, 0.1)]


def test_the_reference_network_is_timed_alone(asked):
    found = [*Named().measure("latency", [{"d": [2]}], HERE, {"reference": None})]
    assert [reading.value for reading in found] == [2.0]
    assert asked == [("module 2", "3 for 2", HERE)]
