import numpy as np
import pytest
import torch
from instant import Instant

from archfront.core.plain import PluginError
from archfront.core.space import ElasticParameter, SearchSpace
from archfront.core.supernet import Reading
from archfront.supernets.conformity import broken, conformity, refuse_unfit
from archfront.supernets.registry import supernet
from archfront.supernets.torch_supernetwork import TorchSuperNetwork

SETTINGS = {"validation_device": "cpu", "validation_precision": "fp32"}


class Sound(Instant):
    """Keeps all promises."""


class OfItsTime(Instant):
    """Its digest depends on the process."""

    def digest(self):
        return f"digest {hash('a text')}"


class OfTheBatch(Instant):
    """Its costs depend on the other rows."""

    def exact(self, objective, population):
        return super().exact(objective, population) + 0.01 * len(population)


class OfInactive(Instant):
    """Its costs depend on the entries of inactive parameters."""

    def exact(self, objective, population):
        return super().exact(objective, population) + 0.01 * np.maximum(population, 0).sum(axis=1)


class AllTheSame(Instant):
    """Its measurements do not read the configuration."""

    def measure(self, objective, configurations, platform, settings):
        yield from [50.0] * len(configurations)


class Drifting(Instant):
    """Each measurement changes the super-network."""

    number = 0

    def measure(self, objective, configurations, platform, settings):
        for value in super().measure(objective, configurations, platform, settings):
            self.number += 1
            yield value + self.number


class Missing(Instant):
    def measure(self, objective, configurations, platform, settings):
        yield from [float("nan")] * len(configurations)


def checked(kind):
    return conformity(f"{__name__}:{kind.__name__}", ["top1", "latency", "macs"], SETTINGS)


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    """Another process finds this module."""
    from pathlib import Path

    monkeypatch.syspath_prepend(str(Path(__file__).parent))


def test_a_sound_class_keeps_all_promises():
    table = checked(Sound)
    assert table["held"].tolist() == [1] * len(table) and broken(table) == []
    assert table["objective"].tolist() == ["", "macs", "macs", "params", "params", "top1", "top1"]


@pytest.mark.parametrize(
    ("kind", "check", "told"),
    [
        (OfItsTime, "the digest is the same in another process", "no measurement would be found"),
        (OfTheBatch, "a value is the same in any batch", "OfTheBatch.exact('macs') differs by"),
        (OfInactive, "inactive parameters do not matter", "OfInactive.exact('macs') differs by"),
        (AllTheSame, "different sub-networks differ", "50 for the smallest, 50 for the largest"),
        (Drifting, "a repeated value agrees within its spread", "after the largest; they may"),
        (Missing, "a sub-network has a value", "Missing: top1: no value"),
    ],
)
def test_a_broken_promise_is_found(kind, check, told):
    table = checked(kind)
    failed = table[table["held"] == 0]
    assert set(failed["check"]) == {check} and told in failed["told"].iloc[0]
    assert broken(table)[0].startswith(f"NOT KEPT: {check}: ")


class Noisy(Instant):
    """A repeated value differs by 0.2, and its spread is 0.1."""

    spread = 0.1

    def measure(self, objective, configurations, platform, settings):
        values = super().measure(objective, configurations, platform, settings)
        for number, value in enumerate(values):
            yield Reading(value + 0.1 * number, self.spread)


class TooNoisy(Noisy):
    spread = 0.03


def test_a_repeated_value_may_differ_within_its_spread():
    """0.2 is below 3 x (0.1 + 0.1), and above 3 x (0.03 + 0.03)."""
    assert broken(checked(Noisy)) == []
    (line,) = broken(checked(TooNoisy))
    assert "a repeated value agrees" in line and "may differ by 0.18" in line


@pytest.mark.parametrize("kind", [OfTheBatch, OfInactive])
def test_a_class_that_breaks_a_cheap_promise_is_refused(kind):
    with pytest.raises(PluginError, match=kind.__name__):
        refuse_unfit(kind(), [kind().digest()])


def test_another_digest_than_that_of_another_process_is_refused():
    with pytest.raises(PluginError, match="gave 'instant-1', and 'other' in another process"):
        refuse_unfit(Sound(), ["instant-1", "other"])


def test_a_sound_class_and_a_built_in_one_are_not_refused():
    refuse_unfit(Sound(), ["instant-1"])
    refuse_unfit(supernet("embedded_mobilenetv3"), ["other"])


class Inheriting(TorchSuperNetwork):
    """Its sub-networks are the first rows of one layer."""

    def __init__(self):
        self.space = SearchSpace([ElasticParameter("width", (2, 4))])
        torch.manual_seed(0)
        self.layer = torch.nn.Linear(3, 4)

    def extract(self, configuration):
        (width,) = configuration["width"]
        module = torch.nn.Linear(3, width)
        module.weight.data = self.layer.weight.data[:width]
        module.bias.data = self.layer.bias.data[:width]
        return module

    def inputs(self, platform):
        return torch.zeros(platform.batch_size, 3)

    def evaluate(self, module, settings):
        return float(module(torch.ones(1, 3)).sum())


class Untrained(Inheriting):
    """Each sub-network has random weights of its own."""

    def extract(self, configuration):
        return torch.nn.Linear(3, configuration["width"][0])


class Spoiling(Inheriting):
    """The extraction of a sub-network changes the super-network."""

    def extract(self, configuration):
        self.layer.weight.data[:1] += 0.1
        module = super().extract(configuration)
        return module


def test_a_torch_module_has_the_same_weights_again():
    table = checked(Inheriting)
    assert broken(table) == [] and "a sub-network has the same weights again" in set(table["check"])


@pytest.mark.parametrize(("kind", "other"), [(Untrained, "weight, bias"), (Spoiling, "weight")])
def test_other_weights_the_second_time_are_refused_with_the_method(kind, other):
    told = rf"{kind.__name__}.extract\(\) gave .* other weights .*, after the largest: {other}\."
    digest = kind().digest()
    with pytest.raises(PluginError, match=told):
        refuse_unfit(kind(), [digest])
    assert any("same weights again" in line for line in broken(checked(kind)))


class OneSize(Inheriting):
    def inputs(self, platform):
        return torch.zeros(10, 3)


def test_a_batch_of_another_size_than_asked_for_is_refused():
    told = r"OneSize.inputs\(\) gave \[\(10, 3\)\] for a batch of 1 and for a batch of 2"
    with pytest.raises(PluginError, match=told):
        refuse_unfit(OneSize(), [OneSize().digest()])
