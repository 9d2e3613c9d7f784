"""The conda files and the pip requirements name the same versions."""

import pytest
import yaml
from helpers.runs import ROOT


def pins(lines):
    return {
        name.lower(): version
        for name, _, version in (line.strip().partition("==") for line in lines if "==" in line)
    }


REQUIREMENTS = pins((ROOT / "envs" / "requirements.txt").read_text().splitlines())


@pytest.mark.parametrize("path", sorted((ROOT / "envs").glob("*.yaml")), ids=lambda p: p.name)
def test_conda_pins_equal_the_requirements(path):
    *_, pip = yaml.safe_load(path.read_text())["dependencies"]
    named = pins(pip["pip"])
    assert len(named) == len(pip["pip"])
    assert named.items() <= REQUIREMENTS.items()


def test_every_requirement_is_pinned():
    lines = (ROOT / "envs" / "requirements.txt").read_text().splitlines()
    assert all("==" in line for line in lines if line and not line.startswith("#"))
