"""PopDB: population density-based constraints (paper, section 4.6).

A search leaves most of its individuals where sub-networks are good. Density-based clustering of
the whole history finds those regions; values of elastic parameters that hardly occur there leave
the search space.
"""

import sys
from collections.abc import Mapping

import numpy as np
import pandas as pd

from archfront.core.space import INACTIVE, SearchSpace

NOISE = -1


def clusters(
    space: SearchSpace, population: np.ndarray, min_cluster_size: int, min_samples: int
) -> np.ndarray:
    """HDBSCAN label of each row, -1 for noise: int ``n``.

    Rows are compared by Euclidean distance of their canonical indices, inactive ones as -1. With
    fewer rows than ``min_cluster_size``, or than ``min_samples`` others, everything is noise.
    """
    from archfront.search.hdbscan_binary import hdbscan_labels  # imports numba

    if len(population) < max(min_cluster_size, min_samples + 1):
        return np.full(len(population), NOISE)
    return hdbscan_labels(space.canonical(population), min_cluster_size, min_samples)


def frequencies(space: SearchSpace, population: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """Relative frequency of each value among the clustered rows in which its parameter is active.

    Columns: ``parameter, kind, value, frequency``; NaN where the parameter is never active.
    """
    canonical = space.canonical(population)[labels != NOISE]
    records = []
    for column, (name, parameter) in enumerate(zip(space.names, space.parameters, strict=True)):
        entries = canonical[:, column]
        entries = entries[entries != INACTIVE]
        counts = np.bincount(entries, minlength=len(parameter.values))
        shares = counts / len(entries) if len(entries) else np.full(len(counts), np.nan)
        for value, share in zip(parameter.values, shares, strict=True):
            records.append((name, parameter.kind, value, share))
    return pd.DataFrame(records, columns=["parameter", "kind", "value", "frequency"])


def constraint(table: pd.DataFrame, thresholds: Mapping[str, float]) -> tuple[dict, list[str]]:
    """Values that stay: those whose frequency exceeds the threshold of their kind.

    Returns ``parameter name -> values`` and warnings. A parameter that would lose every value, or
    of which nothing is known, stays as it was, and a warning says so.
    """
    allowed, unchanged = {}, []
    for name, rows in table.groupby("parameter", sort=False):
        threshold = thresholds[rows["kind"].iloc[0]]
        kept = rows[rows["frequency"] > threshold]
        if kept.empty:
            unchanged.append(name)
            kept = rows
        allowed[name] = kept["value"].tolist()
    why = "kept as they were, since no value is frequent enough or none was ever active"
    return allowed, [f"{why}: {', '.join(unchanged)}"] if unchanged else []


def constrain(
    space: SearchSpace,
    population: np.ndarray,
    labels: np.ndarray,
    thresholds: Mapping[str, float],
) -> tuple[dict, pd.DataFrame]:
    """The constraint as a file's content, and the table of frequencies it rests on."""
    table = frequencies(space, population, labels)
    clustered = labels[labels != NOISE]
    if len(clustered):
        allowed, warnings = constraint(table, thresholds)
    else:
        allowed = {n: list(p.values) for n, p in zip(space.names, space.parameters, strict=True)}
        warnings = ["all rows of the history are noise: the space is kept as it was"]
    if warnings:
        print(f"warning: PopDB: {'; '.join(warnings)}", file=sys.stderr)
    reduced = space.constrain(allowed)
    content = {
        "allowed": allowed,
        "warnings": warnings,
        "rows": len(labels),
        "noise_rows": int((labels == NOISE).sum()),
        "clusters": len(set(clustered.tolist())),
        "thresholds": dict(thresholds),
        "subnetworks_before": str(space.size),
        "subnetworks_after": str(reduced.size),
    }
    return content, table
