import pytest
import torch

from archfront.core.objective import part_latency
from archfront.core.plain import PluginError
from archfront.core.platform import Platform
from archfront.core.space import ElasticParameter, SearchSpace
from archfront.core.supernet import Reading
from archfront.evaluation import latency as protocol
from archfront.supernets.timed import TimedModules

HERE = Platform("here", batch_size=3)


class Whole(TimedModules):
    """Its modules and its batches are named by their configuration."""

    space = SearchSpace([ElasticParameter("d", (1, 2, 3))])

    def digest(self):
        return "named"

    def exact(self, objective, population):
        return population[:, 0].astype(float)

    def qualities(self, configurations, settings):
        return (float(configuration["d"][0]) for configuration in configurations)

    def parts(self, configurations, platform):
        depths = [configuration["d"][0] for configuration in configurations]
        return [{"whole": (f"module {d}", f"{platform.batch_size} for {d}")} for d in depths]


class Doubled(torch.nn.Linear):
    def forward(self, x, weight):
        return super().forward(x) * weight


class Halves(Whole):
    """An encoder and a decoder of one layer each."""

    coding, decoding = part_latency("encoder"), part_latency("decoder", "decoding")

    def __init__(self):
        torch.manual_seed(0)
        self.encoder, self.decoder = torch.nn.Linear(4, 4), Doubled(3, 2)

    def parts(self, configurations, platform):
        named = {"x": torch.ones(5, 3), "weight": torch.tensor(2.0)}
        own = {"encoder": (self.encoder, torch.ones(1, 4)), "decoder": (self.decoder, named)}
        return [own for _ in configurations]


@pytest.fixture
def asked(monkeypatch):
    calls = []

    def latencies(*given):
        calls.append(given)
        for number in range(len(given[0])):
            began = 100.0 * number
            yield Reading(10.0**number, 0.5 + number, started=began, finished=began + 7,
                          detail={"rounds": number})  # fmt: skip

    def time_reference(*given):
        calls.append(given)
        return Reading(2.0)

    monkeypatch.setattr(protocol, "latencies", latencies)
    monkeypatch.setattr(protocol, "time_reference", time_reference)
    return calls


def test_sub_networks_are_timed_beside_the_middle_one(asked):
    settings = {"reference": 9.0, "latency_seconds": 0.5, "latency_precision": 0.1}
    found = [*Whole().measure("latency", [{"d": [3]}, {"d": [1]}], HERE, settings)]
    assert [reading.value for reading in found] == [1.0, 10.0]
    modules, batches = ["module 3", "module 1"], ["3 for 3", "3 for 1"]
    assert asked == [(modules, batches, "module 2", "3 for 2", 9.0, HERE, 0.5, 0.1)]


def test_the_reference_network_is_timed_alone(asked):
    found = [*Whole().measure("latency", [{"d": [2]}], HERE, {"reference": None})]
    assert [reading.value for reading in found] == [2.0]
    assert asked == [("module 2", "3 for 2", HERE)]


def test_the_latency_is_the_sum_of_its_parts(asked):
    """Each part has half of the time. The parts of the reference network run in turn."""
    settings = {"reference": 9.0, "latency_seconds": 3.0, "latency_precision": 0.02}
    network = Halves()
    found = [*network.measure("latency", [{"d": [3]}, {"d": [1]}], HERE, settings)]
    ((modules, inputs, reference, batch, value, _, seconds, precision),) = asked
    assert modules == [network.encoder, network.decoder] * 2 and len(inputs) == 4
    assert (value, seconds, precision) == (9.0, 1.5, 0.02)
    assert torch.equal(reference(*batch), network.decoder(torch.ones(5, 3), torch.tensor(2.0)))
    assert [(one.value, one.spread) for one in found] == [(11.0, 2.0), (1100.0, 6.0)]
    assert [(one.started, one.finished) for one in found] == [(0, 107), (200, 307)]
    assert found[1].detail == {
        "encoder_ms": 100.0,
        "encoder_spread_ms": 2.5,
        "decoder_ms": 1000.0,
        "decoder_spread_ms": 3.5,
        "encoder": {"rounds": 2},
        "decoder": {"rounds": 3},
        "together": 2,
    }


def test_the_latency_of_a_part_is_an_objective(asked):
    """The part has the whole time, and is timed beside the same part of the reference network."""
    settings = {"reference": 4.0, "latency_seconds": 3.0, "latency_precision": 0.02}
    network = Halves()
    assert network.measures == ("top1", "latency", "encoder_latency", "decoder_latency")
    assert Halves.decoding.axis == "Latency of decoding (ms)" and Halves.decoding.per_platform
    found = [*network.measure("decoder_latency", [{"d": [3]}, {"d": [1]}], HERE, settings)]
    assert [(one.value, one.spread) for one in found] == [(1.0, 0.5), (10.0, 1.5)]
    [_] = network.measure("decoder_latency", [{"d": [2]}], HERE, {"reference": None})
    (modules, _, reference, *_, seconds, _), (alone, *_) = asked
    assert modules == [network.decoder] * 2 and reference is alone is network.decoder
    assert seconds == 3.0


def test_a_part_that_is_not_there_is_named(asked):
    class Other(Halves):
        answer = part_latency("answer")

    settings = {"reference": 4.0, "latency_seconds": 3.0, "latency_precision": 0.02}
    with pytest.raises(PluginError, match=r"parts\(\) gave no 'answer' but encoder, decoder"):
        [*Other().measure("answer_latency", [{"d": [3]}], HERE, settings)]


def test_quality_and_latency_are_told_apart(asked):
    assert [*Whole().measure("top1", [{"d": [3]}, {"d": [1]}], None, {})] == [3.0, 1.0]
    with pytest.raises(ValueError, match="Whole measures top1, latency, not decoder_latency"):
        [*Whole().measure("decoder_latency", [{"d": [3]}], HERE, {})]
    with pytest.raises(ValueError, match="Whole measures top1, latency, not naswot"):
        [*Whole().measure("naswot", [{"d": [3]}], HERE, {})]
