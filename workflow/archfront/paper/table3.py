"""Table 3: rank correlation of predicted latencies, per super-network and platform."""

from pathlib import Path

import pandas as pd

from archfront.config.layout import OnPlatform
from archfront.core.files import read_table
from archfront.paper import fig15, learning_curves
from archfront.paper.study import Study, files_of

TITLE = "Table 3: Kendall's tau of predicted latencies"
CAPTION = """\
Kendall's tau between actual and predicted latencies of sub-networks that the predictor was not
trained on, for the largest training set; mean and standard deviation over random splits."""
SAYS = """\
ResNet50 .8984 (SKX), .8690 (CLX), .8675 (V100), .8637 (A100); MobileNet .9821, .9826, .9311,
.9360; Transformer .9206, .8999, .9180, .8838: above .86 everywhere."""
ROLES = fig15.ROLES


def inputs(study: Study) -> list[str]:
    return learning_curves.inputs(study) + files_of(
        study, lambda s: (OnPlatform(name).actual_predicted for name in s["platforms"])
    )


def table(results: Path, study: Study) -> pd.DataFrame:
    """``experiment, supernet, platform, predictor, features, rows`` (training rows), ``tested``
    (test rows), ``tau, tau_std`` (mean and standard deviation over the trials)."""
    curves = fig15.table(results, study)
    found = learning_curves.summary(curves)
    last = found.groupby(["experiment", "platform", "predictor"])["rows"].transform("max")
    first = found.groupby(["experiment", "platform"])["predictor"].transform("first")
    found = found[(found["rows"] == last) & (found["predictor"] == first)]
    counts = tested(results, study)
    keys = found[["experiment", "platform", "objective"]].itertuples(index=False, name=None)
    found = found.assign(tested=[counts[key] for key in keys])
    found = found.rename(columns={"tau_mean": "tau"})
    columns = ["experiment", "supernet", "platform", "predictor", "features", "rows", "tested"]
    return found[[*columns, "tau", "tau_std"]].reset_index(drop=True)


def tested(results: Path, study: Study) -> dict[tuple[str, str, str], int]:
    """Number of test rows by experiment, platform and objective. Samples that several seeds share,
    and samples without a value, are no test rows."""
    counts = {}
    for settings in study.values():
        for name in settings["platforms"]:
            path = results / settings["experiment"] / OnPlatform(name).actual_predicted
            for objective, rows in read_table(path).groupby("objective"):
                counts[settings["experiment"], name, objective] = len(rows)
    return counts
