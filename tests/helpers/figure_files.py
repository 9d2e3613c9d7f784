"""Whether the files of a figure show something."""

from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
from matplotlib.image import imread


def assert_drawn(folder: Path, name: str) -> None:
    """The table has rows, the PNG has a drawing, and the SVG is well-formed and has one as well."""
    assert len(pd.read_csv(folder / f"{name}.csv")) > 0, name
    pixels = imread(folder / f"{name}.png")[..., :3]
    assert 0.01 < (pixels < 0.9).any(axis=2).mean() < 0.9, name
    root = ElementTree.parse(folder / f"{name}.svg").getroot()
    assert root.tag.endswith("svg") and len(root.findall(".//{*}path")) > 20, name
