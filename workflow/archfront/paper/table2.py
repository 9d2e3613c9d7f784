"""Table 2: the best sub-networks of ConcurrentNAS, WeakNAS and other baselines after given numbers
of validations."""

from pathlib import Path

import pandas as pd

from archfront.paper import fig11
from archfront.paper.study import Study
from archfront.tactics import PUBLISHED

TITLE = "Table 2: sub-networks found by ConcurrentNAS and by WeakNAS"
CAPTION = """\
The best top-1 within the limit of MACs after so many validations, and that sub-network's MACs:
mean and standard deviation over the seeds. concurrent_paper is the paper's ConcurrentNAS,
concurrent is archfront's."""
SAYS = (
    "WeakNAS 1,000: 78.71 %, 484 M; WeakNAS 800: 78.70 %, 513 M; ConcurrentNAS 100: 78.81 %, 478 M."
)
ROLES = fig11.ROLES
COUNTS = {"weaknas": (1000, 800), PUBLISHED: (100,)}
OTHERS = (100,)
"""Numbers of validations of the tactics that are not in the paper."""

inputs = fig11.inputs


def table(results: Path, study: Study) -> pd.DataFrame:
    """``tactic, validations, seeds, top1, top1_std`` (%), ``macs, macs_std`` (millions): mean and
    standard deviation over the seeds."""
    validated = fig11.table(results, study)
    rows = []
    there = dict.fromkeys(validated["tactic"])
    for tactic in sorted(there, key=[*COUNTS, *there].index):
        for count in COUNTS.get(tactic, OTHERS):
            some = validated.query("tactic == @tactic and validations <= @count")
            best = fig11.bests(some)
            row = {"tactic": tactic, "validations": count, "seeds": len(best)}
            for name in ("top1", "macs"):
                row |= {name: best[name].mean(), f"{name}_std": best[name].std()}
            rows.append(row)
    return pd.DataFrame(rows)
