import hashlib
from pathlib import Path

import pytest
from helpers.image_folder import write_checkpoint

from archfront.core.files import file_digest
from archfront.core.registry import ConfigError
from archfront.supernets.checkpoint_file import LARGEST, checkpoint_file
from archfront.supernets.registry import supernet

SHA256 = hashlib.sha256(b"weights").hexdigest()
NAME = "ofa_proxyless_w1.3"  # the smallest file


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "weights"
    path.write_bytes(b"weights")
    return path


def test_no_path_is_no_file():
    assert checkpoint_file(None, None, "") is None
    assert checkpoint_file(None, SHA256, "") is None


@pytest.mark.parametrize("sha256", [None, SHA256, SHA256.upper()])
def test_a_file_is_taken_if_its_sha256_is_the_required_one(weights, sha256):
    assert checkpoint_file(str(weights), sha256, "") == weights


def test_another_file_than_the_required_one_is_refused(weights):
    weights.write_bytes(b"other weights")
    other = hashlib.sha256(b"other weights").hexdigest()
    with pytest.raises(ConfigError) as refused:
        checkpoint_file(str(weights), SHA256, "")
    assert str(refused.value) == (
        f"supernet.sha256: {weights} has {other}, not {SHA256}: it is another file"
    )


@pytest.mark.parametrize("path", ["nowhere", "."])
def test_what_is_no_file_is_refused_with_a_hint(tmp_path, path):
    with pytest.raises(ConfigError) as refused:
        checkpoint_file(str(tmp_path / path), SHA256, "It is published elsewhere")
    assert str(refused.value) == (
        f"supernet.checkpoint: {tmp_path / path} is no file. It is published elsewhere"
    )


def test_a_file_without_an_end_or_of_many_bytes_is_refused(tmp_path):
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(ConfigError, match=r"^supernet.checkpoint: .*large: has 10,000,000,001 byt"):
        checkpoint_file(str(large), None, "")
    with pytest.raises(ConfigError, match=r"^supernet.checkpoint: x+ is no file\. There$"):
        checkpoint_file("x" * 300, None, "There")
    if Path("/proc/self/pagemap").exists():
        with pytest.raises(ConfigError, match=r"^supernet.checkpoint: .*a view of the system"):
            checkpoint_file("/proc/self/pagemap", None, "")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp("checkpoint") / "weights", NAME)


def test_the_sha256_is_checked_and_is_the_digest(path):
    sha256 = file_digest(path)
    made = supernet(
        {"name": NAME, "checkpoint": str(path), "classes": 10, "sha256": sha256.upper()}
    )
    assert made.digest() == sha256
    with pytest.raises(ConfigError, match=f"has {sha256}, not 0000: it is another file"):
        supernet({"name": NAME, "checkpoint": str(path), "classes": 10, "sha256": "0000"})
