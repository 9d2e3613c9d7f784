"""Published measurements: their folder, and reading of their files.

The files are not part of archfront. The folder is the value of the environment variable
``ARCHFRONT_PUBLISHED_DATA``, or ``results/published`` without it. ``snakemake
results/published/imagenet_ofa_mbv3_w1.0`` makes the latter.
"""

import ast
import os
from pathlib import Path

import numpy as np
import pandas as pd

from archfront.core.space import SearchSpace

FOLDER = "ARCHFRONT_PUBLISHED_DATA"
"""The environment variable that names the folder."""
LOGS = "imagenet_ofa_mbv3_w1.0"
ADDRESS = "https://raw.githubusercontent.com/IntelLabs/DyNAS-T/main/notebooks/data/"
SHA256 = {
    "mbnv3w10_evoga_acc.csv": "460efa9d68388f0523248c68996738a4cf1580115299c5223386acefd01c2904",
    "mbnv3w10_evonsga2_acc_macs.csv": (
        "26382008e3311c93cbb1f8de3310ac69a37c650c9692e032c90e04805e523cbe"
    ),
    "mbnv3w10_evounsga3_acc_macs_params.csv": (
        "b24f148a72d2f1bb1b3422a2f7f8a1f21e59bf5d47f033c0945840ac5d78384c"
    ),
    "mbnv3w10_linasga_acc.csv": "63f986501c47e44f3c7426acbcbf8787662a8aa93683d95461a6f6bb659765f7",
    "mbnv3w10_linasnsga2_acc_macs.csv": (
        "cc49278a179df47e6a8f5906e0bd32a6d2f4d29c0d0424ab0ac14eb4a10f8962"
    ),
}
"""SHA-256 of each log. The logs hold the ImageNet top-1 of sub-networks of Once-for-All MobileNetV3
w1.0, from the searches of DyNAS-T."""
OBJECTIVES = {"Top-1 Acc (%)": "top1", "Latency (ms)": "latency"}
"""Objective of each measured column of the logs. MACs and parameters are computed, not read."""


def folder(part: str = LOGS) -> Path | None:
    """The folder of this part of the published measurements; None if it does not exist."""
    place = Path(os.environ.get(FOLDER) or "results/published") / part
    return place if place.is_dir() else None


def log_files() -> list[Path]:
    """The paths of the published logs. Without them, FileNotFoundError says how to get them."""
    place = folder()
    if place is None:
        raise FileNotFoundError(
            "the published measurements are not here: name their folder in the environment "
            f"variable {FOLDER}, or fetch them with `snakemake results/published/"
            f"{LOGS}`; without them, rehearse on supernet: embedded_mobilenetv3"
        )
    return sorted(place.glob("*.csv"))


def read_log(path: Path, space: SearchSpace) -> tuple[np.ndarray, pd.DataFrame]:
    """The population of a published log (int16 ``n x p``), and a table of its measured objectives;
    NaN where the log has no value."""
    table = pd.read_csv(path, compression=None)
    written = table["Sub-network"].map(ast.literal_eval)
    population = space.encode({kind: c[kind] for kind in space.kinds} for c in written)
    values = table[list(OBJECTIVES)].rename(columns=OBJECTIVES)
    return population, values.where(values > 0)  # 0: not measured
