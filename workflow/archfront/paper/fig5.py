"""Figure 5: fronts of two platforms, each measured on the other."""

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics.style import CYCLE, legend_below, look, panels
from archfront.config.layout import OnPlatform, Run, transferred
from archfront.config.queries import concurrent
from archfront.core.archive import best_first, front, read_archive
from archfront.core.objective import OBJECTIVES
from archfront.core.pareto import archive_costs
from archfront.core.population_table import labelled
from archfront.core.reference import read_reference_point, volume
from archfront.paper import latency_axis
from archfront.paper.study import Study, cost_objective, inside, named
from archfront.search.crowding import best

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Figure 5: fronts of two platforms, each on the other"
CAPTION = """\
Measured on the platform above each panel: the front that the tactic found for it, and the front
that it found for another platform; over all seeds, in boxes how much less hypervolume the other
one has (mean over the seeds). ConcurrentNAS is the paper's Algorithm 1. Latencies of a platform's
own front were selected for being low, those of another's were not: part of a small difference is
that."""
CAPTION += latency_axis.NOTE
SAYS = "Sub-networks that are optimal on one platform (CPU, GPU) are not optimal on the other."
ROLES = ("vision",)


def own_settings(study: Study) -> dict:
    """The only experiment of the study. ValueError if the study has another number of them."""
    (settings,) = study.values()
    return settings


def pairs(settings: dict) -> list[tuple[str, int, str, str]]:
    """(tactic, seed, platform of the measurements, platform that the front was found for)."""
    names, seeds = list(settings["platforms"]), settings["seeds"]
    return [*product(concurrent(settings), seeds, names, names)]


def archive(tactic: str, seed: int, here: str, there: str) -> str:
    """Path of the measurements on the platform ``here``: the archive of the tactic for this
    platform, or its front for another platform ``there``."""
    return Run(seed, here, tactic if here == there else transferred(tactic, there)).archive


def inputs(study: Study) -> list[str]:
    settings = own_settings(study)
    references = [OnPlatform(name).reference for name in settings["platforms"]]
    return inside(settings, [*references, *(archive(*pair) for pair in pairs(settings))])


def table(results: Path, study: Study) -> pd.DataFrame:
    """``experiment, tactic, seed, platform, front_of, digest``, the objectives,
    ``normalised_latency`` and ``hypervolume``, which is that of all rows with the same tactic,
    seed, platform and ``front_of``, in boxes.

    Each front is cut to its best ``measurement.chunk_size`` rows by non-dominated rank and crowding
    distance: a front is measured on another platform with at most this number of rows.
    """
    settings, parts = own_settings(study), []
    folder, objectives = results / settings["experiment"], settings["objectives"]
    for tactic, seed, here, there in pairs(settings):
        rows = front(read_archive(folder / archive(tactic, seed, here, there)), objectives)
        count = settings["measurement"]["chunk_size"]
        rows = rows.iloc[best(archive_costs(rows, objectives), count)]
        reference = read_reference_point(folder / OnPlatform(here).reference)
        rows = rows[["digest", *objectives]].assign(hypervolume=volume(rows, reference))
        parts.append(labelled(rows, tactic=tactic, seed=seed, platform=here, front_of=there))
    table = named(settings, pd.concat(parts, ignore_index=True))
    return latency_axis.with_normalised(table)


def losses(table: pd.DataFrame) -> pd.DataFrame:
    """``tactic, platform, front_of, seed, loss``. The loss is 1 minus the hypervolume of the front
    of ``front_of`` divided by the hypervolume of the platform's front, both on ``platform``."""
    volumes = table.drop_duplicates(["tactic", "seed", "platform", "front_of"])
    own = volumes[volumes["platform"] == volumes["front_of"]]
    both = volumes[volumes["platform"] != volumes["front_of"]].merge(
        own, on=["tactic", "seed", "platform"], suffixes=("", "_own")
    )
    both["loss"] = 1 - both["hypervolume"] / both["hypervolume_own"]
    return both[["tactic", "platform", "front_of", "seed", "loss"]]


def draw(table: pd.DataFrame, study: Study) -> "Figure":
    settings = own_settings(study)
    quality, cost = settings["objectives"][0], cost_objective(settings)
    names, lost = list(settings["platforms"]), losses(table)
    shown = [*product(concurrent(settings), names)]
    figure, axes = panels(len(shown), height=4.0, columns=2)
    for axis, (tactic, here) in zip(axes, shown, strict=True):
        rows, _ = latency_axis.as_drawn(table[table["platform"] == here], settings)
        rows = rows[rows["tactic"] == tactic]
        for number, there in enumerate(names):
            some = front(rows[rows["front_of"] == there], settings["objectives"])
            some = best_first(some, cost)
            colour, own = CYCLE[number % len(CYCLE)], there == here
            axis.step(some[cost], some[quality], where="post", color=colour, lw=1.6 if own else 0.8)
            axis.scatter(
                some[cost],
                some[quality],
                s=22,
                marker="os^D"[number % 4],
                ec=colour,
                fc=colour if own else "none",
                label=f"front of {there}",
            )
        told = [
            f"front of {there}: {_told(some['loss'].mean())} hypervolume"
            for there, some in lost[
                (lost["tactic"] == tactic) & (lost["platform"] == here)
            ].groupby("front_of", sort=False)
        ]
        axis.text(
            0.98, 0.02, "\n".join(told), transform=axis.transAxes, ha="right", va="bottom", size=8
        )
        axis.set(xlabel=OBJECTIVES[cost].axis, ylabel=OBJECTIVES[quality].axis)
        axis.set_title(f"{here}, {look(tactic)['label']}")
        latency_axis.relabel(axis)
    legend_below(figure)
    return figure


def _told(loss: float) -> str:
    return f"{100 * abs(loss):.1f} % {'less' if loss > 0 else 'more'}"
