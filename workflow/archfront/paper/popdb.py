"""The values that PopDB eliminated, per kind of elastic parameter (section 5.3)."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from archfront.analytics.style import CYCLE, FORMULA, panels
from archfront.config.layout import PopDB
from archfront.core.files import read_json
from archfront.paper.study import Study, inside
from archfront.supernets.registry import supernet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Section 5.3: what PopDB eliminated"
CAPTION = """\
Share of the elastic parameters of each kind that lost at least one value, mean and standard
deviation over the seeds (bars), and what the paper counted (diamonds). Above, the size of the
space before and after, the mean of the exponents."""
SAYS = """\
With a threshold of 1 %, values were eliminated of 16 of 20 kernel sizes, 5 of 20 widths, and 0 of
5 depths; kernel sizes vary least between platforms."""
ROLES = ("popdb",)
PAPER = {"ks": 16 / 20, "e": 5 / 20, "d": 0 / 5}


def inputs(study: Study) -> list[str]:
    settings = study["popdb"]
    return inside(settings, [PopDB(seed).constraint for seed in settings["seeds"]])


def table(results: Path, study: Study) -> pd.DataFrame:
    """One row per seed and kind: ``seed, kind, parameters`` (number of parameters), ``pruned``
    (number of parameters that lost values), ``values`` (number of values of all parameters),
    ``eliminated`` (number of eliminated values), ``log10_before`` and ``log10_after`` (logarithms
    of the number of sub-networks in the space)."""
    settings, rows = study["popdb"], []
    space = supernet(settings).space
    for seed, path in zip(settings["seeds"], inputs(study), strict=True):
        made = read_json(results / path)
        sizes = {
            f"log10_{when}": float(np.log10(float(made[f"subnetworks_{when}"])))
            for when in ("before", "after")
        }
        for kind in space.kinds:
            counts = [
                (len(p.values), len(p.values) - len(made["allowed"][name]))
                for name, p in zip(space.names, space.parameters, strict=True)
                if p.kind == kind
            ]
            row = {"seed": seed, "kind": kind, "parameters": len(counts)}
            row["pruned"] = sum(lost > 0 for _, lost in counts)
            row["values"] = sum(count for count, _ in counts)
            row["eliminated"] = sum(lost for _, lost in counts)
            rows.append(row | sizes)
    return pd.DataFrame(rows)


def draw(table: pd.DataFrame, study: Study) -> "Figure":
    figure, (axis,) = panels(1)
    share = (table["pruned"] / table["parameters"]).groupby(table["kind"], sort=False)
    by = share.agg(["mean", "std"]).fillna(0)
    axis.bar(by.index, by["mean"], 0.5, yerr=by["std"], color=CYCLE[0], capsize=4)
    known = [kind for kind in by.index if kind in PAPER]
    axis.plot(known, [PAPER[k] for k in known], "D", color=CYCLE[1], mec="white", label="the paper")
    before, after = table["log10_before"].mean(), table["log10_after"].mean()
    axis.set(
        xlabel="Kind of elastic parameter",
        ylabel="Share that lost values",
        ylim=(0, 1.05),
        title=f"$10^{{{before:.1f}}}$ sub-networks to $10^{{{after:.1f}}}$",
    )
    axis.title.set_gid(FORMULA)
    axis.grid(axis="x", visible=False)
    axis.legend(loc="upper right")
    return figure
