"""The keys of measurements are what they were: a key that changes is a measurement lost.

``keys.json`` holds the keys of version 0.1.0.
``python tests/unit/measurement/test_measure_keys.py`` prints today's.
"""

import json
import tempfile
from pathlib import Path
from unittest import mock

import pytest

from archfront.config.experiment import validated
from archfront.core.objective import OBJECTIVES
from archfront.core.platform import Platform
from archfront.measurement.measure import key_of
from archfront.measurement.store import key_digest
from archfront.supernets.registry import SUPERNETS, supernet
from archfront.tasks import glyphs, phrases

EXPECTED = json.loads(Path(__file__).with_name("keys.json").read_text())
PLATFORMS = (
    {},
    {"threads": 2, "batch_size": 16, "precision": "bf16", "runtime": "eager"},
    {"device": "cuda", "batch_size": 128, "runtime": "cuda_graph"},
)


def options_of(name: str, folder: Path) -> dict:
    """The options of a published super-network, with files that are the same on every machine."""
    if name.startswith("embedded"):
        return {}
    checkpoint = folder / "checkpoint"
    checkpoint.write_text("weights")
    if name.startswith("ofa"):
        return {"checkpoint": str(checkpoint), "imagenet": str(folder)}
    for language in ("en", "de", "fr"):
        (folder / f"dict.{language}.txt").write_text("one 2\ntwo 1\n")
        (folder / f"test.{language}").write_text("one two\n")
    return {"checkpoint": str(checkpoint), "data": str(folder)}


def keys_of(name: str, folder: Path) -> dict[str, dict]:
    """The key of a sub-network by objective; that of an objective per platform by platform, too."""
    network = supernet({"name": name, **options_of(name, folder)})
    config = {"experiment": "keys", "supernet": "embedded_mobilenetv3", "platforms": {"one": {}}}
    settings = validated(config)["measurement"]
    settings |= {"data": folder, "validation_images": 4000}
    (folder / "imagenet.json").write_text(json.dumps({"digest": "of the images"}))
    (configuration,) = network.space.decode(network.space.sample(1, 0))
    platforms = [Platform(f"p{number}", **given) for number, given in enumerate(PLATFORMS)]
    keys = {}
    for objective in map(OBJECTIVES.__getitem__, network.measures):
        for platform in platforms if objective.per_platform else [None]:
            place = objective.name + (f" {platform.name}" if platform else "")
            keys[place] = key_of(network, objective, configuration, platform, settings)
    return keys


@pytest.fixture
def anywhere():
    """Replace the facts of this machine in keys by fixed texts."""
    with (
        mock.patch.object(Platform, "processor", lambda self: "a processor"),
        mock.patch.object(glyphs, "masters_digest", lambda: "of the glyphs"),
        mock.patch.object(phrases, "digest", lambda: "of the phrases"),
    ):
        yield


@pytest.mark.parametrize("name", SUPERNETS)
def test_a_key_is_what_it_was(name, anywhere, tmp_path):
    found = keys_of(name, tmp_path)
    assert json.loads(json.dumps(found)) == {
        place: known["key"] for place, known in EXPECTED[name].items()
    }
    digests = {place: known["digest"] for place, known in EXPECTED[name].items()}
    assert {place: key_digest(key) for place, key in found.items()} == digests


if __name__ == "__main__":
    with mock.patch.object(Platform, "processor", lambda self: "a processor"):
        glyphs.masters_digest, phrases.digest = lambda: "of the glyphs", lambda: "of the phrases"
        everything = {}
        for one in SUPERNETS:
            with tempfile.TemporaryDirectory() as made:
                keys = keys_of(one, Path(made))
            everything[one] = {p: {"digest": key_digest(k), "key": k} for p, k in keys.items()}
        lines = (f'"{one}": {json.dumps(keys)}' for one, keys in everything.items())
        print("{\n" + ",\n".join(lines) + "\n}")
