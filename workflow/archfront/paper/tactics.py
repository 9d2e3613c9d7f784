"""Statistical tests of the differences between tactics in figure 10."""

from itertools import product
from pathlib import Path

import pandas as pd
from scipy.stats import rankdata, wilcoxon

from archfront.paper import fig10
from archfront.paper.study import Study
from archfront.tactics import CONCURRENT

TITLE = "Tests between tactics"
CAPTION = """\
Hypervolume of each tactic at the largest number of validations that all of them have, against
ConcurrentNAS, the paper's (concurrent_paper) and archfront's (concurrent), on the same seeds:
median difference (above 0, ConcurrentNAS has more), exact two-sided Wilcoxon signed-rank test, and
the matched-pairs rank-biserial correlation as effect size (1: ConcurrentNAS is better on every
seed). With five seeds no p below 0.0625 is possible."""
SAYS = "The paper has no tests; it shades one standard deviation over 5 trials."
ROLES = fig10.ROLES

inputs = fig10.inputs


def table(results: Path, study: Study) -> pd.DataFrame:
    """``experiment, platform, against, tactic, validations, seeds, hypervolume`` (mean over the
    seeds), ``difference`` (median of ``against`` minus the tactic), ``p`` (two-sided) and
    ``effect``. ``against`` is ``concurrent_paper`` or ``concurrent``."""
    return compared(fig10.table(results, study))


def compared(curves: pd.DataFrame) -> pd.DataFrame:
    """The tests on the table of figure 10, one row per experiment, platform, ``against`` and
    tactic. The row of ``against`` itself has NaN for ``difference, p, effect``. ``p`` is 1 if all
    differences are 0."""
    rows = []
    for (experiment, platform), some in curves.groupby(["experiment", "platform"], sort=False):
        common = some.groupby(["tactic", "seed"])["validations"].max().min()
        there = some[some["validations"] == common]
        by = there.pivot(index="seed", columns="tactic", values="hypervolume")
        ours = [name for name in CONCURRENT if name in by]
        for against, tactic in product(ours, some["tactic"].unique()):
            row = {"experiment": experiment, "platform": platform, "against": against}
            row |= {"tactic": tactic, "validations": common, "seeds": len(by)}
            row["hypervolume"] = by[tactic].mean()
            if tactic != against:
                difference = by[against] - by[tactic]
                row["difference"] = difference.median()
                row["p"] = wilcoxon(difference, method="exact").pvalue if difference.any() else 1.0
                row["effect"] = rank_biserial(difference)
            rows.append(row)
    return pd.DataFrame(rows)


def rank_biserial(differences: pd.Series) -> float:
    """Kerby's matched-pairs rank-biserial correlation: the rank sum of the positive differences
    minus that of the negative differences, as a share of the sum of all ranks. It is between -1 and
    1, and 0 if all differences are 0."""
    there = differences[differences != 0].to_numpy()
    if not len(there):
        return 0.0
    ranks = rankdata(abs(there))
    return float((ranks[there > 0].sum() - ranks[there < 0].sum()) / ranks.sum())
