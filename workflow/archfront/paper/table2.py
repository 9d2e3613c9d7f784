"""Table 2: the best sub-networks of ConcurrentNAS, WeakNAS and other baselines after given numbers
of validations."""

from pathlib import Path

import pandas as pd

from archfront.config import budgets
from archfront.paper import fig11
from archfront.paper.study import Study
from archfront.tactics import PUBLISHED

TITLE = "Table 2: sub-networks found by ConcurrentNAS and by WeakNAS"
CAPTION = """\
The best top-1 within the limit of MACs after so many validations, and that sub-network's MACs:
mean and standard deviation over the seeds. concurrent_paper is the paper's ConcurrentNAS,
concurrent is archfront's. Terms: published, the samples and batches that a rival's authors
published; equal, those of all tactics that are compared."""
SAYS = (
    "WeakNAS 1,000: 78.71 %, 484 M; WeakNAS 800: 78.70 %, 513 M; ConcurrentNAS 100: 78.81 %, 478 M."
)
ROLES = fig11.ROLES
COUNTS = {("weaknas", fig11.AS_PUBLISHED): (1000, 800), (PUBLISHED, fig11.EQUAL): (100,)}
OTHERS = 100
"""Number of validations on equal terms of what is not in the paper. As published it is the number
of all validations."""

inputs = fig11.inputs


def table(results: Path, study: Study) -> pd.DataFrame:
    """``tactic, terms`` (see :func:`archfront.paper.fig11.table`), ``samples, batch`` (settings of
    the tactic), ``validations, seeds, top1, top1_std`` (%), ``macs, macs_std`` (millions): mean and
    standard deviation over the seeds."""
    validated = fig11.table(results, study)
    by_name = {settings["experiment"]: settings for settings in study.values()}
    rows = []
    groups = dict(iter(validated.groupby(["tactic", "terms"], sort=False)))
    for tactic, terms in sorted(groups, key=[*COUNTS, *groups].index):
        found = groups[tactic, terms]
        settings = by_name[found["experiment"].iloc[0]]
        usual = OTHERS if terms == fig11.EQUAL else found["validations"].max()
        for count in COUNTS.get((tactic, terms), (usual,)):
            best = fig11.bests(found[found["validations"] <= count])
            row = {"tactic": tactic, "terms": terms}
            row |= {"samples": budgets.samples(settings, tactic)}
            row |= {"batch": budgets.batch(settings, tactic)}
            row |= {"validations": count, "seeds": len(best)}
            for name in ("top1", "macs"):
                row |= {name: best[name].mean(), f"{name}_std": best[name].std()}
            rows.append(row)
    return pd.DataFrame(rows)
