"""Latency by look-up table and by predictor, both against the measured latency."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from archfront.analytics.style import CYCLE, legend_below, panels
from archfront.config.layout import OnPlatform, sample_archives
from archfront.core.archive import all_samples
from archfront.core.files import read_table
from archfront.core.metrics import mape, tau
from archfront.core.objective import OBJECTIVES
from archfront.core.population_table import read_population
from archfront.core.required import required
from archfront.predictors.features import Features
from archfront.predictors.look_up import summed
from archfront.predictors.predictor import fit, select
from archfront.supernets.registry import supernet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = """\
The latency of the random samples of all seeds as it was measured, against the sum over the look-up
table, and against ridge regression on the measurements of the other four fifths."""

FOLDS = 5
WAYS = {"look_up": ("look-up table", CYCLE[1], "s"), "predicted": ("ridge", CYCLE[0], "o")}


def inputs(settings: dict) -> list[str]:
    names = list(settings["platforms"])
    samples = [path for name in names for path in sample_archives(settings, name)]
    return [*samples, *(OnPlatform(name).look_up for name in names)]


def table(folder: Path, settings: dict) -> pd.DataFrame:
    """``platform, digest``, and the latencies ``measured, look_up, predicted`` in ms."""
    network, parts = supernet(settings), []
    features = Features(network)
    for name in settings["platforms"]:
        samples = all_samples(folder / path for path in sample_archives(settings, name))
        samples = samples[samples["latency"].notna()]
        rows, measured = read_population(network.space, samples), samples["latency"].to_numpy()
        blocks = read_table(folder / OnPlatform(name).look_up)
        found = {
            "platform": name,
            "digest": samples["digest"].to_numpy(),
            "measured": measured,
            "look_up": summed(required(network.blocks(rows.copy()), "blocks"), blocks),
            "predicted": _cross_predicted(features, rows, measured),
        }
        parts.append(pd.DataFrame(found))
    return pd.concat(parts, ignore_index=True)


def _cross_predicted(features: Features, rows: np.ndarray, measured: np.ndarray) -> np.ndarray:
    """Latency of each row in ms, predicted by ridge regression on the other folds: float64 ``n``.
    The feature set and the hyper-parameters are chosen on all rows."""
    _, chosen, hyper_parameters = select("ridge", features, rows, measured)
    seen, predicted = features(rows, chosen), np.empty(len(rows))
    fold = np.random.default_rng(0).permutation(len(rows)) % FOLDS
    for number in range(FOLDS):
        test = fold == number
        trained = fit("ridge", seen[~test], measured[~test], hyper_parameters)
        predicted[test] = trained(seen[test])
    return predicted


def draw(table: pd.DataFrame, settings: dict) -> "Figure":
    figure, axes = panels(len(settings["platforms"]), height=4.0)
    for axis, (platform, rows) in zip(axes, table.groupby("platform", sort=False), strict=True):
        ends = rows["measured"].min(), rows["measured"].max()
        axis.plot(ends, ends, color=CYCLE[2], label="ideal")
        title = [platform]
        for way, (label, colour, marker) in WAYS.items():
            axis.scatter(
                rows["measured"], rows[way], s=16, color=colour, marker=marker, label=label
            )
            agreement, error = tau(rows["measured"], rows[way]), mape(rows["measured"], rows[way])
            title.append(f"{label}: \u03c4 = {agreement:.2f}, MAPE {error:.1f} %")
        latency = OBJECTIVES["latency"].axis
        axis.set(xlabel=f"Measured {latency}", ylabel=f"Estimated {latency}")
        axis.set_title("\n".join(title), fontsize=10)
    legend_below(figure)
    return figure
