"""Published weights: all of them, or a message that says what differs."""

import argparse
import importlib
import os
import pathlib
import random
import re
import subprocess
import sys
import types

import numpy as np
import pytest
import torch
from helpers.image_folder import write_checkpoint

from archfront.core.registry import ConfigError
from archfront.supernets.checkpoint import load
from archfront.supernets.registry import supernet

NAME = "ofa_proxyless_w1.3"  # the smallest files


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp("checkpoint") / "weights", NAME)


def loaded(path, name=NAME, classes=10, **options):
    made = supernet({"name": name, "checkpoint": str(path), "classes": classes, **options})
    return made.network().state_dict()


def changed(path, out, change):
    content = torch.load(path, weights_only=True)
    state = change(dict(content["state_dict"]))
    torch.save({"state_dict": state}, out)
    return out


def equal(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[n], other[n]) for n in one)


def test_both_serialisations_are_read(path, tmp_path):
    legacy = write_checkpoint(tmp_path / "legacy", NAME, legacy=True)
    assert path.read_bytes()[:2] == b"PK" != legacy.read_bytes()[:2]
    state = torch.load(path, weights_only=True)["state_dict"]
    assert equal(loaded(path), state) and equal(loaded(legacy), state)


def test_bare_weights_and_older_names_are_read(path, tmp_path):
    def older(state):
        names = {}
        for name, tensor in state.items():
            if "num_batches_tracked" in name:
                continue
            name = name.replace("blocks.0.conv.", "blocks.0.mobile_inverted_conv.")
            name = name.replace(".bn.bn.", ".bn.").replace(".linear.linear.", ".linear.")
            names["module." + name.replace(".conv.conv.weight", ".conv.weight")] = tensor
        return names

    marked = {
        n: t + 0.5 if t.is_floating_point() else t
        for n, t in torch.load(path, weights_only=True)["state_dict"].items()
    }
    torch.save(older(marked), tmp_path / "bare")
    found = loaded(tmp_path / "bare")
    kept = [n for n in marked if "num_batches_tracked" not in n]
    assert all(torch.equal(found[n], marked[n]) for n in kept)


@pytest.mark.parametrize(
    "prefix", ["module.", "module.module.", "_orig_mod.", "model.", "module._orig_mod.model."]
)
def test_a_prefix_of_all_names_is_left_out_and_said(path, tmp_path, capsys, prefix):
    def prefixed(state):
        return {prefix + name: tensor for name, tensor in state.items()}

    file = changed(path, tmp_path / "prefixed", prefixed)
    assert equal(loaded(file), torch.load(path, weights_only=True)["state_dict"])
    said = f"{file}: all names begin with {prefix}, which is left out"
    assert capsys.readouterr().err == said + "\n"


def test_a_prefix_of_some_names_and_a_part_of_the_networks_names_stay(path, tmp_path):
    def mixed(state):
        return {"model." + n if n.startswith("blocks") else n: t for n, t in state.items()}

    with pytest.raises(ConfigError, match=r"superfluous: model\.blocks\.0"):
        loaded(changed(path, tmp_path / "mixed", mixed))
    network = torch.nn.ModuleDict({"model": torch.nn.Linear(2, 1)})
    weights = {name: torch.ones_like(tensor) for name, tensor in network.state_dict().items()}
    torch.save(weights, tmp_path / "own")
    load(tmp_path / "own", network)
    assert equal(network.state_dict(), weights)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused_with_their_names(path, tmp_path, value):
    def damaged(state):
        weights = state["first_conv.conv.weight"].clone()
        weights[1, 2, 0, 0] = value
        return state | {"first_conv.conv.weight": weights}

    with pytest.raises(ConfigError, match=r"1 with NaN or .* values: first_conv\.conv\.weight$"):
        loaded(changed(path, tmp_path / "nan", damaged))


def test_a_partial_checkpoint_is_refused(path, tmp_path):
    def partial(state):
        return {n: t for n, t in state.items() if not n.startswith("blocks.3.conv.depth_conv")}

    with pytest.raises(ConfigError, match=r"does not fit .* missing: blocks\.3\.conv\.depth_conv"):
        loaded(changed(path, tmp_path / "partial", partial))


def test_another_width_and_other_classes_are_refused(path, tmp_path):
    def narrower(state):
        return state | {"first_conv.conv.weight": torch.zeros(32, 3, 3, 3)}

    with pytest.raises(ConfigError, match=r"first_conv.conv.weight is 32x3x3x3, not 40x3x3x3"):
        loaded(changed(path, tmp_path / "narrow", narrower))
    with pytest.raises(ConfigError, match=r"classifier.linear.weight is 10x1664, not 1000x"):
        loaded(path, classes=1000)


def test_another_family_is_refused(path):
    with pytest.raises(ConfigError, match=r"missing: input_stem.* superfluous: first_conv"):
        loaded(path, "ofa_resnet50")


def test_what_is_no_checkpoint_is_refused(tmp_path):
    (tmp_path / "text").write_text("<html>404</html>")
    with pytest.raises(ConfigError, match="text cannot be read as a checkpoint"):
        loaded(tmp_path / "text")


@pytest.mark.parametrize("content", [b"", b"hello", b"j", b"a", b"3", b"PK\x03\x04", b"\x80\x02."])
def test_a_file_that_torch_did_not_write_is_refused_with_the_reason(tmp_path, content):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path / "file")
    assert str(refused.value).startswith(
        f"supernet.checkpoint: {tmp_path / 'file'} cannot be read as a checkpoint of tensors: it "
        "is empty, damaged, or not written by torch.save ("
    )


@pytest.mark.parametrize(
    "weights",
    [
        [1, 2],
        {0: torch.zeros(1)},
        {"bias": torch.zeros(1), "arch": "ofa"},
        {"bias": np.zeros(1)},
        {"bias": torch.zeros(1).to_sparse()},
        {"bias": torch.nested.nested_tensor([torch.zeros(2), torch.zeros(3)])},
        {"bias": torch.zeros(1, device="meta")},
        {"bias": torch.zeros(1, dtype=torch.complex64)},
        {"bias": torch.zeros(1).to(torch.float8_e5m2)},
    ],
    ids=["list", "integer", "text", "numpy", "sparse", "nested", "meta", "complex", "float8"],
)
def test_weights_that_are_no_tensors_with_names_are_refused(tmp_path, weights):
    torch.save({"state_dict": weights}, tmp_path / "weights")
    with pytest.raises(ConfigError, match="holds no mapping of names to tensors of numbers"):
        loaded(tmp_path / "weights")


@pytest.fixture
def small(tmp_path):
    """Function that loads these tensors into a network with ``0.weight`` and ``0.bias``."""

    def load_into(**tensors):
        network = torch.nn.Sequential(torch.nn.Linear(4, 3))
        weights = {"0.weight": torch.ones(3, 4), "0.bias": torch.ones(3)}
        torch.save(weights | tensors, tmp_path / "small")
        load(tmp_path / "small", network)

    return load_into


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"extra": torch.zeros(1).expand(1 << 62)}, "of 2 tensors, 1 superfluous: extra$"),
        ({"0.bias": torch.zeros(1).expand(1 << 62)}, "0.bias is 4611686018427387904, not 3$"),
        ({"0.bias": torch.full((3,), 1e300, dtype=torch.float64)}, "infinite values: 0.bias$"),
        ({"0.bias": torch.ones(3, dtype=torch.bool)}, "0.bias is torch.bool, not torch.float32$"),
        ({"0.bias": torch.ones(3, dtype=torch.int8)}, "0.bias is torch.int8, not torch.float32$"),
        ({"\x1b]0;\x07\n0": torch.ones(1)}, r"superfluous: '\\x1b\]0;\\x07\\n0'$"),
        ({"x" * 10_000: torch.ones(1)}, r"superfluous: x{95} \.\.\. x{95}$"),
    ],
)
def test_tensors_that_do_not_fit_are_refused_without_their_values(small, tensors, message):
    with pytest.raises(ConfigError, match=message):
        small(**tensors)


def test_weights_in_another_precision_are_loaded(small):
    small(**{"0.bias": torch.ones(3, dtype=torch.float64)})
    small(**{"0.bias": torch.ones(3, dtype=torch.bfloat16)})


def test_a_tensor_under_its_old_and_its_new_name_is_refused(path, tmp_path):
    def twice(state):
        name = next(name for name in state if name.endswith(".bn.bn.weight"))
        return state | {name.replace(".bn.bn.", ".bn."): state[name]}

    with pytest.raises(ConfigError, match=r"1 under two names: [^ ]+\.bn\.bn\.weight$"):
        loaded(changed(path, tmp_path / "twice", twice))


def test_a_network_without_its_weights_is_not_kept(tmp_path):
    """A measuring job goes on after a failed measurement, and must not use random weights then."""
    (tmp_path / "text").write_text("no checkpoint")
    made = supernet({"name": NAME, "checkpoint": str(tmp_path / "text")})
    for _ in range(2):
        with pytest.raises(ConfigError, match="text cannot be read as a checkpoint"):
            made.network()


class Evil:
    def __reduce__(self):
        return print, ("run by a pickle",)


def test_a_checkpoint_runs_no_code(tmp_path, capsys):
    torch.save({"state_dict": Evil()}, tmp_path / "evil")
    with pytest.raises(ConfigError, match="evil cannot be read"):
        loaded(tmp_path / "evil")
    assert "run by a pickle" not in capsys.readouterr().out


@pytest.fixture
def meter(monkeypatch):
    """An object like those of HAT's trainer. Its class says when anything of it is run."""

    class AverageMeter:
        def __init__(self):
            self.sum, self.count = 3.5, 1

        def __setstate__(self, state):
            print("run by a meter")

    AverageMeter.__module__, AverageMeter.__qualname__ = "fairseq.meters", "AverageMeter"
    module = types.ModuleType("fairseq.meters")
    module.AverageMeter = AverageMeter
    monkeypatch.setitem(sys.modules, "fairseq", types.ModuleType("fairseq"))
    monkeypatch.setitem(sys.modules, "fairseq.meters", module)
    return AverageMeter()


def beside(path, out, legacy=False, **more):
    """The checkpoint ``path``, with other objects beside the weights."""
    weights = torch.load(path, weights_only=True)["state_dict"]
    content = {"state_dict": weights, **more}
    torch.save(content, out, _use_new_zipfile_serialization=not legacy)
    return out, weights


@pytest.mark.parametrize("legacy", [False, True])
def test_meters_beside_the_weights_are_left_out_and_not_run(path, tmp_path, meter, capsys, legacy):
    extra = {"val_loss": 4.1, "train_meters": {"train_loss": meter}}
    file, weights = beside(path, tmp_path / "meters", legacy, extra_state=extra)
    assert equal(loaded(file), weights)
    assert "run by a meter" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "other",
    [
        np.float64(75.2),
        np.bool_(True),
        np.arange(3),
        np.random.get_state(),
        np.random.RandomState(1),
        np.random.default_rng(1),
        random.getstate(),
        torch.get_rng_state(),
        argparse.Namespace(inner=argparse.Namespace(folder=pathlib.Path("/x"))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_options_and_numbers_of_numpy_beside_the_weights_are_left_out(path, tmp_path, other):
    file, weights = beside(path, tmp_path / "other", other=other)
    assert equal(loaded(file), weights)


def test_numpys_old_names_are_left_out_too(path, tmp_path):
    file, weights = beside(path, tmp_path / "new", legacy=True, best=np.float64(75.2))
    old = file.read_bytes().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")
    assert old != file.read_bytes()
    file.write_bytes(old)
    assert equal(loaded(file), weights)


def test_an_object_of_another_class_is_named_with_a_command_that_leaves_it_out(
    path, tmp_path, monkeypatch
):
    (tmp_path / "trainer.py").write_text("class Progress:\n    pass\n")
    file, here = tmp_path / "it's $HOME", {**os.environ, "PYTHONPATH": str(tmp_path)}
    monkeypatch.syspath_prepend(tmp_path)
    trainer = importlib.import_module("trainer")
    torch.save(torch.load(path, weights_only=True) | {"progress": trainer.Progress()}, file)
    monkeypatch.delitem(sys.modules, "trainer")
    with pytest.raises(ConfigError, match=r"an object of trainer\.Progress, .* runs code") as told:
        loaded(file)
    command = re.search(r"python -c .*", str(told.value))[0]
    subprocess.run(command.replace("python", sys.executable, 1), shell=True, env=here, check=True)
    assert equal(loaded(f"{file}.weights"), torch.load(path, weights_only=True)["state_dict"])
