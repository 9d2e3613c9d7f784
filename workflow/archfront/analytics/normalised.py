"""Normalised latency, the paper's Eq. (2), for publications that may not show milliseconds.

Eq. (2) is ``(l - l_min) / l_max`` over all measurements of an experiment on a platform. The paper
gives the range [0, 1]; the range ends below 1, at ``1 - l_min / l_max``.
"""

from pathlib import Path
from typing import TypeVar

import pandas as pd

from archfront.config.layout import Run
from archfront.config.queries import runs
from archfront.core.archive import read_archive

Latency = TypeVar("Latency", pd.Series, float)


def latency_ranges(folder: Path, settings: dict) -> dict[str, dict[str, float]]:
    """``l_min`` and ``l_max`` in ms per platform; empty if latency is no objective."""
    if "latency" not in settings["objectives"]:
        return {}
    measured: dict[str, list[pd.Series]] = {}
    for seed, platform, tactic in runs(settings):
        archive = read_archive(folder / Run(seed, platform, tactic).archive)
        measured.setdefault(platform, []).append(archive["latency"])
    ranges = {}
    for platform, parts in measured.items():
        latency = pd.concat(parts)
        ranges[platform] = {"l_min": float(latency.min()), "l_max": float(latency.max())}
    return ranges


def normalised_latency(latency: Latency, bounds: dict[str, float]) -> Latency:
    """Eq. (2) without unit, lower is better; NaN where the latency is NaN."""
    return (latency - bounds["l_min"]) / bounds["l_max"]
