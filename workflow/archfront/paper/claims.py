"""The paper's claims, each with a numeric criterion, judged on the data behind the figures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from archfront.config.queries import POPDB
from archfront.paper.fig5 import losses
from archfront.paper.fig11 import AS_PUBLISHED
from archfront.tactics import OWN, PUBLISHED

Tables = Mapping[str, pd.DataFrame]
"""The data of each target (figure or table of the paper), by the name of the target."""


@dataclass(frozen=True)
class Verdict:
    """held: whether the criterion is met; told: the numbers behind the verdict."""

    held: bool
    told: str

    def __str__(self) -> str:
        return f"{'held' if self.held else 'did not hold'}: {self.told}"


@dataclass(frozen=True)
class Claim:
    """says: the paper's claim; criterion: when the claim counts as held; target: name of the target
    whose data decide; judge: the function that applies the criterion to these data; of_concurrent:
    whether the claim is about ConcurrentNAS. The function then has a second argument, the tactic
    that is judged."""

    name: str
    says: str
    criterion: str
    target: str
    judge: Callable[..., Verdict | None]
    of_concurrent: bool = False

    def verdict(self, table: pd.DataFrame, tactic: str) -> Verdict | None:
        """The verdict on ``tactic``. None without data: the table is empty, or the claim is about
        ConcurrentNAS and the table has no row of the tactic."""
        if not self.of_concurrent:
            return self.judge(table) if len(table) and tactic == PUBLISHED else None
        return self.judge(table, tactic) if (table["tactic"] == tactic).any() else None


def first_at(curve: pd.DataFrame, column: str, goal: float) -> float:
    """Number of validations until the column reaches the goal; infinite if it never does."""
    there = curve[curve[column] >= goal]
    return float(there["validations"].min()) if len(there) else np.inf


def ratio_verdict(seeds: Mapping[object, tuple[float, float]], least: float) -> Verdict:
    """Whether the median over the seeds of (second number / first number) is at least ``least``. An
    infinite first number gives the ratio 0."""
    ratios = np.array([second / first for first, second in seeds.values()])
    never = int(np.isinf([first for first, _ in seeds.values()]).sum())
    told = f"{np.median(ratios):.1f}x, worst seed {ratios.min():.1f}x"
    return Verdict(
        bool(np.median(ratios) >= least),
        told + (f" ({never} of {len(ratios)} seeds never got there)" if never else ""),
    )


def fewer_than_weaknas(table: pd.DataFrame, tactic: str) -> Verdict:
    budget, seeds = 800, {}
    for seed, rows in table.groupby("seed"):
        theirs = rows[(rows["tactic"] == "weaknas") & (rows["terms"] == AS_PUBLISHED)]
        theirs = theirs[theirs["validations"] <= budget]
        ours = rows[rows["tactic"] == tactic]
        seeds[seed] = first_at(ours, "best", theirs["best"].max()), budget
    return ratio_verdict(seeds, 8)


def warm_start(table: pd.DataFrame) -> Verdict | None:
    seeds = {}
    for place, rows in table.groupby(["experiment", "seed"]):
        cold = rows[rows["tactic"] == "validation"]
        warm = rows[rows["tactic"] == "validation_warm"]
        if len(warm):
            goal = cold["hypervolume"].max()
            seeds[place] = first_at(warm, "hypervolume", goal), first_at(cold, "hypervolume", goal)
    return ratio_verdict(seeds, 10) if seeds else None


def overtakes_full_search(table: pd.DataFrame, tactic: str) -> Verdict:
    experiments, told, held = table.groupby("experiment", sort=False), [], True
    for name, some in experiments:
        if not (some["tactic"] == tactic).any():
            continue
        seeds = {}
        for seed, rows in some.groupby("seed"):
            full = rows[rows["tactic"] == "full"]
            ours = rows[rows["tactic"] == tactic]
            goal = full["hypervolume"].max()
            seeds[seed] = first_at(ours, "hypervolume", goal), full["validations"].max()
        verdict = ratio_verdict(seeds, 1.0)
        held &= verdict.held
        told.append(f"{name} {verdict.told}")
    return Verdict(
        held, "full search's validations over those that were needed: " + ", ".join(told)
    )


def constrained(table: pd.DataFrame, tactic: str) -> pd.DataFrame:
    """One row per seed of figure 12, without PopDB (``whole``) and with PopDB (``popdb``).
    ``mean_...`` is the mean hypervolume over the validations that both searches reach. ``end_...``
    is the hypervolume at the last of these validations."""
    rows = []
    for _, some in table.groupby("seed"):
        by = some[some["tactic"].isin([tactic, f"{tactic}{POPDB}"])]
        by = by.pivot(index="validations", columns="tactic", values="hypervolume").dropna()
        row: dict[str, float] = {}
        for run, name in ((tactic, "whole"), (f"{tactic}{POPDB}", "popdb")):
            row |= {f"mean_{name}": by[run].mean(), f"end_{name}": by[run].iloc[-1]}
        rows.append(row)
    return pd.DataFrame(rows)


def popdb_rises_faster(table: pd.DataFrame, tactic: str) -> Verdict:
    seeds = constrained(table, tactic)
    ratio = seeds["mean_popdb"] / seeds["mean_whole"]
    return Verdict(
        bool(ratio.median() > 1),
        f"{ratio.median():.3f}x the mean hypervolume, worst seed {ratio.min():.3f}x",
    )


def popdb_ends_equal(table: pd.DataFrame, tactic: str) -> Verdict:
    seeds = constrained(table, tactic)
    share = (seeds["end_popdb"] / seeds["end_whole"] - 1) * 100
    return Verdict(
        bool(abs(share.median()) <= 2),
        f"{share.median():+.1f} % hypervolume at the end, from {share.min():+.1f} to "
        f"{share.max():+.1f} %",
    )


def kernels_are_pruned_most(table: pd.DataFrame) -> Verdict:
    share = (table["pruned"] / table["parameters"]).groupby(table["kind"], sort=False).mean()
    others = share.drop("ks")
    told = ", ".join(f"{kind} {value:.0%}" for kind, value in share.items())
    return Verdict(bool(share["ks"] > others.max()), f"parameters that lost values: {told}")


def flat_by_100(table: pd.DataFrame) -> Verdict:
    first = table.groupby("experiment")["predictor"].transform("first")
    curves = table[table["predictor"] == first].groupby(["experiment", "rows"])["mape"].mean()
    told, worst = [], 0.0
    for name, curve in curves.groupby("experiment"):
        curve = curve.droplevel("experiment")
        enough = curve[curve.index >= 100]
        if enough.empty:
            return Verdict(False, f"{name} has no predictor trained on 100 rows")
        ratio = enough.iloc[0] / curve.iloc[-1]
        worst = max(worst, ratio)
        told.append(f"{name} {ratio:.2f}x of that with {curve.index[-1]}")
    return Verdict(worst <= 1.25, "error with 100 rows: " + ", ".join(told))


def simple_beats_mlp(table: pd.DataFrame) -> Verdict:
    few = table[table["rows"] <= 100]
    errors = few.pivot_table(index=["experiment", "rows"], columns="predictor", values="mape")
    better = errors[["ridge", "svr"]].lt(errors["mlp"], axis=0)
    ratio = errors["mlp"] / errors[["ridge", "svr"]].max(axis=1)
    return Verdict(
        bool(better.all(axis=None)),
        f"better in {int(better.to_numpy().sum())} of {better.size} comparisons up to 100 rows; "
        f"the MLP's error is {ratio.median():.2f}x that of the worse of the two",
    )


def latency_tau(table: pd.DataFrame) -> Verdict:
    worst = table.loc[table["tau"].idxmin()]
    return Verdict(
        bool(worst["tau"] > 0.86),
        f"worst {worst['tau']:.3f} ({worst['supernet']} on {worst['platform']}), "
        f"best {table['tau'].max():.3f}",
    )


def does_not_transfer(table: pd.DataFrame, tactic: str) -> Verdict:
    """Whether the median over the seeds of the lost hypervolume is at least 1 % for each pair of
    platforms."""
    lost = (
        losses(table[table["tactic"] == tactic]).groupby(["platform", "front_of"])["loss"].median()
        * 100
    )
    little = int((lost < 1).sum())
    here, there = lost.idxmin()
    return Verdict(
        little == 0,
        f"{lost.min():+.1f} to {lost.max():+.1f} % of the hypervolume is lost; under 1 % in "
        f"{little} of {len(lost)} pairs (least: the front of {there} on {here})",
    )


CLAIMS = (
    Claim(
        "8x fewer validations than WeakNAS",
        "an 8x faster search result than WeakNAS (abstract, section 5.2)",
        "The median over the seeds of 800 over the validations that ConcurrentNAS needs to be as "
        "good as WeakNAS after 800 is at least 8.",
        "fig11",
        fewer_than_weaknas,
        of_concurrent=True,
    ),
    Claim(
        "a warm start is an order of magnitude faster",
        "warm-start can accelerate the search process by an order of magnitude (section 4.4)",
        "The median over the seeds of how many times fewer validations the warm-started NSGA-II "
        "needs for the hypervolume that the cold one ends with is at least 10.",
        "fig10",
        warm_start,
    ),
    Claim(
        "ConcurrentNAS overtakes full search",
        "how quickly ConcurrentNAS overtakes full search (section 5.2)",
        "In each experiment ConcurrentNAS has the full search's final hypervolume within as many "
        "validations, training rows counted, in the median over the seeds.",
        "fig10",
        overtakes_full_search,
        of_concurrent=True,
    ),
    Claim(
        "PopDB rises faster",
        "a faster increase in hypervolume during search (section 5.3)",
        "The mean hypervolume over the course of the search is higher with PopDB, in the median "
        "over the seeds.",
        "fig12",
        popdb_rises_faster,
        of_concurrent=True,
    ),
    Claim(
        "PopDB ends at equal hypervolume",
        "both searches converge to close to the same maximum hypervolume (section 5.3)",
        "The hypervolumes at the end differ by at most 2 %, in the median over the seeds.",
        "fig12",
        popdb_ends_equal,
        of_concurrent=True,
    ),
    Claim(
        "PopDB prunes kernel sizes most",
        "16 out of 20 kernel size, 5 out of 20 width, and 0 out of 5 depth parameters had values "
        "eliminated (section 5.3)",
        "The share of parameters that lost values is highest for kernel sizes.",
        "popdb",
        kernels_are_pruned_most,
    ),
    Claim(
        "MAPE is nearly flat by 100 rows",
        "low MAPE for small training example counts and fast convergence (section 5.4.1)",
        "In each experiment the error with 100 rows is at most 1.25 times that with the most rows.",
        "fig13",
        flat_by_100,
    ),
    Claim(
        "ridge and SVR beat an MLP at low counts",
        "MLPs are inferior to other methods of prediction for low training example counts (4.3)",
        "Ridge and SVR have lower errors than the MLP in each experiment at each count up to 100 "
        "rows.",
        "fig13",
        simple_beats_mlp,
    ),
    Claim(
        "latency tau above 0.86 everywhere",
        "tau values greater than 0.86 for all combinations (section 5.4.2)",
        "The mean tau of each super-network and platform is above 0.86.",
        "table3",
        latency_tau,
    ),
    Claim(
        "optima do not transfer between platforms",
        "an optimal set of sub-networks found on a CPU platform may not transfer to the optimal "
        "objective region on a GPU platform and vice versa (section 5)",
        "Each platform's front loses at least 1 % of hypervolume to the other's own, in the "
        "median over the seeds.",
        "fig5",
        does_not_transfer,
        of_concurrent=True,
    ),
    Claim(
        "optima do not transfer between thread counts and batch sizes",
        "sub-network configurations found to be optimal to one CPU hardware configuration do not "
        "transfer optimally to others (section 5)",
        "As for platforms, for each pair of configurations.",
        "fig6",
        does_not_transfer,
        of_concurrent=True,
    ),
)

ERRATA = {
    "table1": "Eq. (2) divides by l_max: normalised latencies end at 1 - l_min / l_max, not at 1.",
    "fig7": "Section 5.1 explains clusters of ResNet50 by its decoder layers; it is the "
    "Transformer that has some.",
    "fig9": "Algorithm 1 never initialises i and never resets j; here both start at 0 each time.",
    "fig11": "800 validations are of a search for one objective, 100 of one for two, one run each, "
    "and 0.1 points apart; repeated validations of one sub-network differ by up to that.",
    "fig12": "10^19 counts MobileNetV3's distinct sub-networks (2.18e19), but the 10^15 of the "
    "Transformer its raw genotypes (2.44e15; 4.18e14 are distinct).",
    "fig13": "The reference that is cited for MLPs being inferior (What to expect of hardware "
    "metric predictors in NAS) calls them the most promising overall.",
}
"""Statements of the paper, by target, that cannot be right or that compare different kinds of
numbers."""


def verdicts(tables: Tables) -> pd.DataFrame:
    """One row per claim: ``claim, target, held, verdict, held_archfront, verdict_archfront,
    criterion, paper``.

    ``held`` (1 or 0) and ``verdict`` are of the paper's ConcurrentNAS (Algorithm 1),
    ``held_archfront`` and ``verdict_archfront`` of archfront's, from the same data. The latter two
    are empty for a claim that is not about ConcurrentNAS, and so are two of a claim about
    ConcurrentNAS without data of that tactic. Claims without data are left out.
    """
    rows = []
    for claim in CLAIMS:
        if claim.target not in tables:
            continue
        row: dict[str, object] = {"claim": claim.name, "target": claim.target}
        told = [claim.verdict(tables[claim.target], tactic) for tactic in (PUBLISHED, OWN)]
        for verdict, suffix in zip(told, ("", "_archfront"), strict=True):
            row[f"held{suffix}"] = None if verdict is None else int(verdict.held)
            row[f"verdict{suffix}"] = "" if verdict is None else str(verdict)
        if any(told):
            rows.append(row | {"criterion": claim.criterion, "paper": claim.says})
    found = pd.DataFrame(rows)
    held = [name for name in found if str(name).startswith("held")]
    return found.astype(dict.fromkeys(held, "Int64"))
