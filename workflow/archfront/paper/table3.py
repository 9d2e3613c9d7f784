"""Table 3: rank correlation of predicted latencies, per super-network and platform."""

from pathlib import Path

import pandas as pd

from archfront.paper import fig15, learning_curves
from archfront.paper.study import Study

TITLE = "Table 3: Kendall's tau of predicted latencies"
CAPTION = """\
Kendall's tau between actual and predicted latencies of sub-networks that the predictor was not
trained on, for the largest training set; mean and standard deviation over random splits."""
SAYS = """\
ResNet50 .8984 (SKX), .8690 (CLX), .8675 (V100), .8637 (A100); MobileNet .9821, .9826, .9311,
.9360; Transformer .9206, .8999, .9180, .8838: above .86 everywhere."""
ROLES = fig15.ROLES

inputs = learning_curves.inputs


def table(results: Path, study: Study) -> pd.DataFrame:
    """``experiment, supernet, platform, predictor, features, rows`` (training rows), ``tested``
    (test rows), ``tau, tau_std`` (mean and standard deviation over the trials)."""
    curves = fig15.table(results, study)
    found = learning_curves.summary(curves)
    last = found.groupby(["experiment", "platform", "predictor"])["rows"].transform("max")
    first = found.groupby(["experiment", "platform"])["predictor"].transform("first")
    found = found[(found["rows"] == last) & (found["predictor"] == first)]
    sizes = {s["experiment"]: s["sampling"]["count"] * len(s["seeds"]) for s in study.values()}
    found = found.assign(tested=found["experiment"].map(sizes) - found["rows"])
    found = found.rename(columns={"tau_mean": "tau"})
    columns = ["experiment", "supernet", "platform", "predictor", "features", "rows", "tested"]
    return found[[*columns, "tau", "tau_std"]].reset_index(drop=True)
