"""Hypervolume against validations, per tactic, mean and deviation over seeds (paper, figure 10)."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics.style import legend_below, look, panels
from archfront.analytics.true_front import true_volume
from archfront.config import budgets
from archfront.config.layout import OnPlatform, Run
from archfront.config.queries import even_start, runs
from archfront.core.archive import read_archive
from archfront.core.reference import read_reference_point, volume_curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = """\
Hypervolume of everything measured so far against the number of validations (the paper's Fig.
10): mean and standard deviation over the seeds. The unit is the box between the best and the
worst values of the first seed's random samples, the same for all tactics and seeds of a
platform. Where the values of all sub-networks are known, the unit is the true hypervolume. What
a tactic starts from is counted: the random samples, of concurrent its own."""


def inputs(settings: dict) -> list[str]:
    references = [OnPlatform(name).reference for name in settings["platforms"]]
    return references + [Run(*run).archive for run in runs(settings)]


def table(folder: Path, settings: dict) -> pd.DataFrame:
    """``platform, tactic, seed, validations, hypervolume``, in boxes between ideal and reference
    point. Failed measurements count as validations. Where the values of all sub-networks are known,
    ``true_share`` is the share of the true hypervolume."""
    parts = []
    for seed, platform, tactic in runs(settings):
        reference = read_reference_point(folder / OnPlatform(platform).reference)
        archive = read_archive(folder / Run(seed, platform, tactic).archive)
        curve = volume_curve(archive, reference)
        part = pd.DataFrame(
            {
                "platform": platform,
                "tactic": tactic,
                "seed": seed,
                "validations": range(1, len(curve) + 1),
                "hypervolume": curve,
            }
        )
        whole = true_volume(settings, platform, reference)
        parts.append(part if whole is None else part.assign(true_share=curve / whole))
    return pd.concat(parts, ignore_index=True)


def draw(table: pd.DataFrame, settings: dict) -> "Figure":
    figure, axes = panels(len(settings["platforms"]))
    for axis, platform in zip(axes, settings["platforms"], strict=True):
        rows = table[table["platform"] == platform]
        if "true_share" in table:
            plot(axis, rows.assign(hypervolume=rows["true_share"]), sample_counts(settings))
            axis.set_ylabel("Share of the true hypervolume")
        else:
            plot(axis, rows, sample_counts(settings))
        axis.set_title(platform)
    legend_below(figure)
    return figure


def sample_counts(settings: dict) -> list[int]:
    """The numbers of random samples that tactics of the experiment start from."""
    names = [name for name in settings["tactics"] if not even_start(settings, name)]
    return sorted({budgets.samples(settings, name) for name in names})


def plot(axis: "Axes", table: pd.DataFrame, samples: list[int]) -> None:
    """Draw the curves of one platform, and a line at each number of random samples."""
    for number, (tactic, some) in enumerate(table.groupby("tactic", sort=False)):
        by = some.groupby("validations")["hypervolume"].agg(["mean", "std"])
        curve_with_band(axis, tactic, number, by["mean"], by["std"].fillna(0))
    for count in samples:
        axis.axvline(count, color="#555555", linestyle=":", label="end of the random samples")
    axis.set(xlabel="Validations", ylabel="Hypervolume")
    axis.locator_params(axis="x", integer=True)


def curve_with_band(
    axis: "Axes", tactic: str, number: int, mean: pd.Series, deviation: pd.Series
) -> None:
    """Draw a tactic's mean over the seeds against validations, with a band of one standard
    deviation on either side. ``number`` is the position of the tactic; it shifts the markers."""
    style, rows = look(tactic), len(mean)
    axis.plot(
        mean.index,
        mean,
        color=style["colour"],
        linestyle=style["linestyle"],
        label=style["label"],
        # A few markers, so that the curves can be told apart in grey.
        marker=style["marker"],
        markerfacecolor=style["fill"],
        markeredgecolor=style["colour"],
        markersize=5,
        markevery=(number * rows // 60, max(1, rows // 6)),
    )
    band = mean - deviation, mean + deviation
    axis.fill_between(mean.index, *band, color=style["colour"], alpha=0.18, linewidth=0)
