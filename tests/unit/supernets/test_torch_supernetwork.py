import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from helpers.runs import ROOT
from torch import nn

from archfront.config.defaults import with_defaults
from archfront.config.experiment import validated
from archfront.core.files import read_json
from archfront.core.objective import OBJECTIVES, Objective
from archfront.core.plain import PluginError
from archfront.core.platform import Platform
from archfront.core.registry import ConfigError
from archfront.core.space import ElasticParameter, SearchSpace
from archfront.measurement.measure import measure
from archfront.measurement.store import MeasurementStore
from archfront.supernets.registry import supernet
from archfront.supernets.torch_supernetwork import TorchSuperNetwork

SETTINGS = {
    "latency_seconds": 0.02,
    "latency_precision": 0.1,
    "validation_device": "cpu",
    "validation_precision": "fp32",
    "time_limit": None,
}
HERE = Platform("here", batch_size=3)


class Layers(TorchSuperNetwork):
    """One to three shared linear layers, with batch norm; its quality is a root of its sizes."""

    quality = Objective("score", "Score", "points", True, "validation", False, 1)

    def __init__(self):
        depth = ElasticParameter("depth", (1, 2, 3))
        widths = [ElasticParameter("width", (4, 8), 0, n + 1) for n in range(3)]
        self.space = SearchSpace([depth, *widths])
        torch.manual_seed(0)
        self.shared = nn.ModuleList(nn.Linear(8, 8) for _ in range(3))
        self.seen = []

    def extract(self, configuration):
        layers, last = [], 8
        widths = [width for width in configuration["width"] if width is not None]
        for layer, width in zip(self.shared, widths, strict=False):
            part = nn.Linear(last, width)
            part.weight = nn.Parameter(layer.weight[:width, :last])
            part.bias = nn.Parameter(layer.bias[:width])
            layers += [part, nn.BatchNorm1d(width)]
            last = width
        return nn.Sequential(*layers)

    def inputs(self, platform):
        return torch.ones(platform.batch_size, 8)

    def calibration(self, settings):
        return [torch.tensor([[1.0] * 8, [3.0] * 8])]

    def evaluate(self, module, settings):
        self.seen.append(module)
        return sum(p.numel() for p in module.parameters()) ** 0.5


@pytest.fixture
def network():
    return Layers()


def row(network, *widths):
    widths = [*widths, *[None] * (3 - len(widths))]
    depth = sum(width is not None for width in widths)
    return network.space.encode([{"depth": [depth], "width": widths}])


def test_macs_and_parameters_are_counted_by_hand(network):
    """8 x 4 + 4 x 8 multiply-adds; 4 + 8 biases, and two parameters of batch norm per feature."""
    population = np.concatenate([row(network, 4, 8), row(network, 8)])
    assert (1e6 * network.exact("macs", population)).round().tolist() == [64, 64]
    assert (1e6 * network.exact("params", population)).round().tolist() == [100, 88]
    with pytest.raises(ValueError, match="no closed form of 'energy'"):
        network.exact("energy", population)


def test_peak_memory_is_counted_by_hand(network):
    """8 -> 4 -> 8 -> 8 features of 4 bytes. The input lives to the end; beside it, a batch norm has
    its input and its output. The costs that are asked for beside it stay what they are."""
    population = np.concatenate([row(network, 4, 8), row(network, 4)])
    assert network.exact("peak_memory", population).tolist() == [4 * 24 / 1e3, 4 * 16 / 1e3]
    assert (1e6 * network.exact("macs", population)).round().tolist() == [64, 32]
    assert network.exact("peak_memory", population[::-1]).tolist() == [0.064, 0.096]


def test_each_sub_network_is_counted_once(network, monkeypatch):
    network.exact("macs", network.space.extremes())
    monkeypatch.setattr(network, "extract", None)
    assert len(network.exact("params", network.space.extremes())) == 2


def test_the_quality_is_that_of_the_user_with_batch_norm_re_calibrated(network, tmp_path):
    population, before = row(network, 4, 8), network.shared[0].weight.clone()
    store = MeasurementStore(tmp_path)
    objective = Layers.quality
    taken = measure(network, objective, population, None, SETTINGS, store)
    assert taken["value"].tolist() == [10.0]
    (module,) = network.seen
    batch = torch.stack([torch.ones(8), 3 * torch.ones(8)])
    assert torch.allclose(module[1].running_mean, module[0](batch).mean(0), atol=1e-6)
    assert not module.training and torch.equal(network.shared[0].weight, before)


def test_latency_is_measured_by_the_protocol(network, tmp_path):
    platform = Platform("half", batch_size=3, precision="bf16")
    store, before = MeasurementStore(tmp_path), network.shared[0].weight.clone()
    population = np.concatenate([row(network, 8), row(network, 8, 8, 8)])
    taken = measure(network, OBJECTIVES["latency"], population, platform, SETTINGS, store)
    assert 0 < taken["value"][0] < taken["value"][1] < 50
    # The copies were computed in another precision; the super-network was not.
    assert network.shared[0].weight.dtype == torch.float32
    assert torch.equal(network.shared[0].weight, before)
    kinds = {m.key["objective"] for m in store.measurements()}
    assert kinds == {"latency", "latency_reference"}


def test_the_digest_is_of_code_files_and_space(network, tmp_path):
    (tmp_path / "a.pt").write_bytes(b"one")
    first = Layers().digest()
    assert first == network.digest() and first.startswith("Layers ")
    network.files = [tmp_path / "a.pt"]
    second = network.digest()
    (tmp_path / "a.pt").write_bytes(b"two")
    network_of_another_space = Layers()
    network_of_another_space.space = SearchSpace([ElasticParameter("depth", (1, 2))])
    assert len({first, second, network.digest(), network_of_another_space.digest()}) == 4


def test_a_missing_file_of_weights_is_named(network, tmp_path):
    network.files = [tmp_path / "a.pt"]
    for asked in (network.digest, lambda: network.exact("macs", network.space.extremes())):
        with pytest.raises(ConfigError, match=r"Layers.files: .*a.pt is no file; make it first"):
            asked()


def test_weights_without_numbers_are_refused(network, monkeypatch):
    monkeypatch.setattr(network, "extract", lambda _: nn.Linear(8, 4, device="meta"))
    with pytest.raises(PluginError, match=r"Layers.extract\(\) gave weights on the device meta"):
        network.exact("macs", network.space.extremes())


def test_the_class_names_its_objective():
    """The config may say the name of the attribute or that of the objective."""
    reference = f"{__name__}:Layers.quality"
    for name in ("quality", "score", reference):
        config = {
            "experiment": "one",
            "supernet": f"{__name__}:Layers",
            "platforms": {"here": {"threads": 1, "batch_size": 1}},
            "objectives": [name, "latency"],
            "sampling": {"count": 10},
            "learning_curve": {"rows": [5]},
        }
        assert with_defaults(config)["objectives"] == ["score", "latency"]
        assert validated(config)["objectives"] == ["score", "latency"]
    with pytest.raises(ConfigError, match=r"'top1' is nothing .* score, latency, naswot"):
        validated(config | {"objectives": ["top1", "latency"]})


def test_another_precision_is_refused(network):
    with pytest.raises(ConfigError, match="validation_precision: 'bf16': Layers evaluates in"):
        network.context("score", SETTINGS | {"validation_precision": "bf16"})
    assert network.context("latency", SETTINGS) == {}


def given(network, method, answer):
    setattr(network, method, lambda *_: answer)
    return network


@pytest.mark.parametrize(
    ("method", "answer", "message"),
    [
        ("extract", [nn.Linear(8, 1)], r"Layers.extract\(\) gave is .*allowed: a torch.nn.Module"),
        ("inputs", None, r"Layers.inputs\(\) gave is None.*allowed: a tensor"),
        ("inputs", np.ones((1, 9)), r"inputs\(\) gave is of the shape \(1, 9\) .ndarray.; allowed"),
        ("inputs", {"x": 1}, r"Layers.inputs\(\) gave is .*allowed: a tensor"),
        ("inputs", torch.ones(1, 9), r"extract\(\) gave for .* not take the batch of inputs\(\)"),
    ],
)
def test_a_wrong_answer_names_the_method(network, method, answer, message):
    with pytest.raises(PluginError, match=message):
        given(network, method, answer).exact("macs", network.space.extremes())


def test_a_quality_that_is_no_number_is_a_failure_of_the_sub_network(network, tmp_path):
    given(network, "evaluate", float("nan"))
    arguments = row(network, 4), None, SETTINGS, MeasurementStore(tmp_path)
    taken = measure(network, Layers.quality, *arguments)
    assert taken["reason"].tolist() == ["Layers.evaluate() gave nan"]


def test_built_in_networks_have_no_objectives_of_their_own():
    from archfront.supernets.registry import own_objectives

    assert own_objectives("embedded_mobilenetv3") == {}
    assert own_objectives("no.such:Class") == {}
    assert supernet("embedded_mobilenetv3").measures == ("top1", "latency", "naswot")


def test_an_exported_sub_network_computes_the_same(network, tmp_path):
    (configuration,) = network.space.decode(row(network, 4, 8))
    told = network.export(configuration, tmp_path, SETTINGS)
    assert told["onnx_largest_difference"] < 1e-5
    assert read_json(tmp_path / "subnetwork.json") == configuration
    module = network.deployed(configuration)
    module.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
    program = torch.export.load(tmp_path / "subnetwork.pt2").module()
    batch = network.inputs(Platform("one"))
    assert torch.allclose(program(batch), module(batch), atol=1e-6)
    assert not torch.allclose(network.deployed(configuration)(batch), module(batch), atol=1e-3)


def test_a_module_that_torch_cannot_export_has_its_weights_written(network, tmp_path, capsys):
    class Lengthy(nn.Linear):
        def forward(self, x):
            return x * len([one for one in x.flatten().tolist() if one > 0.5])

    given(network, "extract", Lengthy(8, 1))
    (configuration,) = network.space.decode(row(network, 4))
    told = network.export(configuration, tmp_path, SETTINGS)
    assert list(told) == ["not_exported"] and "cannot export" in capsys.readouterr().err
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["subnetwork.json", "weights.pt"]


class Blocks(Layers):
    """States a block per layer: its input and its output width. The first input is 8 wide."""

    def blocks(self, population):
        there = self.space.canonical(population)[:, 1:]
        before = np.concatenate([np.ones((len(there), 1), int), there[:, :-1]], axis=1)
        return np.where(there >= 0, 2 * before + there, -1).astype(np.int64)

    def block(self, number, platform):
        width, last = 4 + 4 * (number % 2), 4 + 4 * (number // 2)
        return nn.Linear(last, width), torch.ones(platform.batch_size, last)


def test_costs_are_sums_over_stated_blocks(network):
    """Four kinds of blocks: few sub-networks are counted, and all have their counted costs."""
    stated, population = Blocks(), network.space.sample(14, 1)
    for name in ("macs", "params"):
        assert stated.exact(name, population) == pytest.approx(network.exact(name, population))
    stated.extract = None
    assert len(stated.exact("macs", population)) == 14


def test_blocks_are_timed_alone():
    platform = Platform("here", batch_size=3)
    readings = [*Blocks().measure_blocks([0, 3], platform, SETTINGS | {"reference": 1.0})]
    assert len(readings) == 2 and all(reading.value > 0 for reading in readings)
    with pytest.raises(NotImplementedError, match=r"Layers has no block\(\)"):
        next(Layers().measure_blocks([0], platform, SETTINGS | {"reference": 1.0}))


def test_naswot_is_scored_on_a_batch_of_the_inputs(network):
    class Active(Layers):
        def extract(self, configuration):
            return nn.Sequential(super().extract(configuration), nn.ReLU())

        def inputs(self, platform):
            random = torch.Generator().manual_seed(0)
            return torch.randn(platform.batch_size, 8, generator=random)

    (configuration,) = network.space.decode(row(network, 8))
    small = Active()
    (score,) = small.measure("naswot", [configuration], None, SETTINGS)
    (again,) = small.measure("naswot", [configuration], None, SETTINGS)
    assert score.value == again.value
    assert Active.measures == ("score", "latency", "naswot")


def test_a_job_imports_a_class_with_latencies_of_parts(tmp_path):
    """The plug-ins of a workflow are registered at the first use of the objectives. That may be
    while the module that defines them is imported."""
    (tmp_path / "parted.py").write_text(
        "from archfront import Objective, TorchSuperNetwork, part_latency\n"
        "class Parted(TorchSuperNetwork):\n"
        "    quality = Objective('score', 'Score', '', True, 'validation', False, 1)\n"
        "    prompt = part_latency('prompt')\n"
    )
    code = (
        "from archfront.supernets.registry import own_objectives\n"
        "print(sorted(own_objectives('parted:Parted')))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT / "workflow")]),
            "ARCHFRONT_OBJECTIVES": "parted:Parted.quality parted:Parted.prompt",
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert told.strip() == "['prompt', 'prompt_latency', 'quality', 'score']"
