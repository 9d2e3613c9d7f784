"""PopDB: population density-based constraints (paper, section 4.6).

Most individuals of a search lie in regions of good sub-networks. Density-based clustering of the
whole history finds these regions. Values of elastic parameters that hardly occur in the clusters
are removed from the search space.
"""

import sys
from collections.abc import Mapping

import numpy as np
import pandas as pd

from archfront.core.space import INACTIVE, SearchSpace
from archfront.core.types import Facts, Indices, Value

NOISE = -1


def _exact(rows: Indices, min_cluster_size: int, min_samples: int) -> Indices:
    from archfront.search.hdbscan_binary import hdbscan_labels  # imports numba

    return hdbscan_labels(rows, min_cluster_size, min_samples)


def _package(rows: Indices, min_cluster_size: int, min_samples: int) -> Indices:
    from hdbscan import HDBSCAN

    # The number of processes does not change the labels.
    model = HDBSCAN(min_cluster_size, min_samples, core_dist_n_jobs=1)
    labels: Indices = model.fit_predict(rows.astype(float))
    return labels


CLUSTERINGS = {"exact": _exact, "hdbscan": _package}
"""Functions from canonical rows, ``min_cluster_size`` and ``min_samples`` to labels, by name:
:mod:`archfront.search.hdbscan_binary`, and the hdbscan package with its default algorithm."""


def clusters(
    space: SearchSpace,
    population: Indices,
    min_cluster_size: int,
    min_samples: int,
    clustering: str = "exact",
) -> Indices:
    """HDBSCAN label of each row, -1 for noise: int ``n``.

    The distance of two rows is the Euclidean distance of their canonical indices, with -1 for
    inactive parameters. All rows are noise if they are fewer than ``min_cluster_size`` or than
    ``min_samples + 1``. ``clustering`` is a name of :data:`CLUSTERINGS`.
    """
    if len(population) < max(min_cluster_size, min_samples + 1):
        return np.full(len(population), NOISE)
    return CLUSTERINGS[clustering](space.canonical(population), min_cluster_size, min_samples)


def frequencies(space: SearchSpace, population: Indices, labels: Indices) -> pd.DataFrame:
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


def constraint(
    table: pd.DataFrame, thresholds: Mapping[str, float]
) -> tuple[dict[str, list[Value]], list[str]]:
    """The values of each parameter whose frequency exceeds the parameter's threshold.

    ``thresholds`` holds a threshold for each kind. A parameter named there has that threshold, and
    not the one of its kind; a name that is also a kind stands for the kind.

    Returns ``parameter name -> values`` and warnings. A parameter keeps all values, with a warning,
    if no value is frequent enough or if the parameter was never active.
    """
    allowed, unchanged = {}, []
    named = set(thresholds) - set(table["kind"])
    for name, rows in table.groupby("parameter", sort=False):
        threshold = thresholds[name if name in named else rows["kind"].iloc[0]]
        kept = rows[rows["frequency"] > threshold]
        if kept.empty:
            unchanged.append(name)
            kept = rows
        allowed[name] = kept["value"].tolist()
    why = "kept as they were, since no value is frequent enough or none was ever active"
    return allowed, [f"{why}: {', '.join(unchanged)}"] if unchanged else []


def constrain(
    space: SearchSpace,
    population: Indices,
    labels: Indices,
    thresholds: Mapping[str, float],
) -> tuple[Facts, pd.DataFrame]:
    """The constraint as the content of a JSON file, and the table of frequencies behind it. The
    constraint keeps the whole space if all rows are noise. Warnings also go to stderr."""
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
