import time
from pathlib import Path

import pytest
from instant import Instant

from archfront.core.registry import ConfigError
from archfront.core.supernet import SuperNetwork
from archfront.supernets.registry import (
    SUPERNETS,
    may_know_everything,
    supernet,
    trainable,
    with_checkpoint,
)


class Narrow(Instant):
    """A super-network with options."""

    def __init__(self, width=8, depth=2):
        super().__init__()
        if width > 64:
            raise ValueError(f"{width} channels are too many")
        if width == 0:
            raise SystemExit(3)
        if depth > 9:
            raise ConfigError(f"supernet.depth: {depth} is too deep")
        self.width = width


class Plain:
    """No super-network."""


@pytest.fixture(autouse=True)
def in_a_plug_in(monkeypatch):
    import instant

    monkeypatch.setattr(instant, "Narrow", Narrow, raising=False)
    monkeypatch.setattr(instant, "MADE", Narrow(16), raising=False)
    monkeypatch.setattr(instant, "NUMBER", 5, raising=False)
    monkeypatch.setattr(instant, "Plain", Plain, raising=False)


@pytest.mark.parametrize("name", [n for n in SUPERNETS if not n.startswith("hat_")])
def test_every_built_in_name_is_a_super_network(name):
    """HAT's need a folder of text."""
    assert isinstance(supernet(name), SuperNetwork)


@pytest.mark.parametrize(
    ("given", "width"),
    [
        ("instant:Narrow", 8),
        ("instant:MADE", 16),
        ({"name": "instant:Narrow"}, 8),
        ({"name": "instant:Narrow", "width": 24}, 24),
        ({"experiment": "one", "supernet": "instant:Narrow"}, 8),
        ({"experiment": "one", "supernet": {"name": "instant:Narrow", "width": 24}}, 24),
    ],
)
def test_a_super_network_is_made_from_a_name_with_options_or_from_a_config(given, width):
    assert supernet(given).width == width


def test_the_options_in_a_config_stay_as_they_are():
    given = {"name": "instant:Narrow", "width": 24}
    supernet(given)
    assert given == {"name": "instant:Narrow", "width": 24}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("embedded_resnett", r"^supernet: .*unknown; allowed: .*did you mean 'embedded_resnet'\?"),
        (
            {"name": "instant:Narrow", "widht": 24},
            r"^supernet\.widht: 'instant:Narrow' has no such option; allowed: name, width, depth "
            r"\(did you mean 'width'\?\)$",
        ),
        (
            {"name": "instant:MADE", "width": 24},
            r"^supernet\.width: 'instant:MADE' has no such option; allowed: name$",
        ),
        (
            {"name": "instant:Narrow", "width": 99},
            r"^supernet: 'instant:Narrow': ValueError: 99 channels are too many$",
        ),
        ({"name": "instant:Narrow", "width": 0}, r"^supernet: 'instant:Narrow': SystemExit: 3$"),
        ({"name": "instant:Narrow", "depth": 12}, r"^supernet\.depth: 12 is too deep$"),
        ("instant:NUMBER", r"^supernet: 'instant:NUMBER' is no SuperNetwork but .* int; all"),
        ("instant:Plain", r"^supernet: 'instant:Plain' is no SuperNetwork but the class .*Plain; "),
    ],
)
def test_what_is_no_super_network_is_refused_with_the_reason(given, message):
    with pytest.raises(ConfigError, match=message):
        supernet(given)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("subprocess:Popen", "the class subprocess.Popen"),
        ("subprocess:run", "an object of the type function"),
        ("os:system", "an object of the type builtin_function_or_method"),
        ("builtins:dict", "the class builtins.dict"),
        ("os:environ", "an object of the type _Environ"),
    ],
)
def test_what_is_no_super_network_is_not_called(name, told, tmp_path):
    options = {"args": f"touch {tmp_path / 'called'}", "shell": True}
    for given in (name, {"name": name} | options):
        with pytest.raises(ConfigError) as refused:
            supernet(given)
        assert str(refused.value) == (
            f"supernet: {name!r} is no SuperNetwork but {told}; allowed: a class that extends "
            "archfront.SuperNetwork, or an object of such a class"
        )
    time.sleep(0.2)  # a process of Popen would run beside this one
    assert not (tmp_path / "called").exists()


def test_making_a_super_network_leaves_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert supernet("own:Wandering").digest() == "instant-1"
    assert Path.cwd() == tmp_path


def test_a_checkpoint_is_an_option_beside_the_others():
    given = {"name": "instant:Instant", "checkpoint": "b"}
    assert with_checkpoint("instant:Instant", "b") == given
    assert with_checkpoint(given | {"checkpoint": "a", "more": 1}, "b") == given | {"more": 1}


@pytest.mark.parametrize(
    ("given", "able"),
    [
        ("embedded_mobilenetv3", True),
        ({"name": "embedded_resnet", "checkpoint": "a"}, True),
        ("instant:Instant", True),
        ("instant:Narrow", False),  # without the option
        ("instant:MADE", False),  # an object takes no options
        ("embedded_transformer", False),
        ("ofa_mbv3_w1.0", False),
        ("nothing.there:X", False),
    ],
)
def test_a_class_with_the_method_and_the_option_can_be_trained(given, able):
    assert trainable(given) == able


def test_a_class_that_may_know_everything_is_not_called(monkeypatch):
    """The data of a rehearsal may be elsewhere: a recorded run is drawn without them."""
    monkeypatch.setenv("ARCHFRONT_PUBLISHED_DATA", "/nowhere")
    assert may_know_everything({"name": "archfront.rehearsal:Table", "table": "none.csv"})
    assert not may_know_everything({"name": "archfront.rehearsal:Replay"})
    assert not may_know_everything("no.such:Class")
