"""Figure 15: the errors of the latency predictors against training rows."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.paper import learning_curves
from archfront.paper.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Figure 15: error of the latency predictors"
CAPTION = """\
Mean absolute percentage error (lower is better) of predicted latencies against the number of
training rows; mean and one standard deviation over random splits."""
SAYS = "Fast convergence and a low MAPE for few training rows, as for accuracy."
ROLES = "vision_rows", "residual_rows", "translation_rows"

inputs = learning_curves.inputs


def table(results: Path, study: Study) -> pd.DataFrame:
    """See :func:`archfront.paper.learning_curves.curves`."""
    return learning_curves.curves(results, study, per_platform=True)


def draw(table: pd.DataFrame, study: Study) -> "Figure":
    """Draw the first predictor only, which is the paper's choice, as in table 3."""
    first = table.groupby(["experiment", "platform"])["predictor"].transform("first")
    return learning_curves.draw(table[table["predictor"] == first], study)
