"""Figure 3: the error of the top-1 predictor of MobileNetV3 against training rows."""

from pathlib import Path

import pandas as pd

from archfront.paper import learning_curves
from archfront.paper.study import Study

TITLE = "Figure 3: error of the top-1 predictor, MobileNetV3"
CAPTION = """\
Mean absolute percentage error (lower is better) on sub-networks that the predictor was not
trained on, against the number of training rows; mean and one standard deviation over random
splits."""
SAYS = "The accuracy predictor has an acceptable MAPE from as few as 100 training rows."
ROLES = "vision_rows", "rehearsal_rows"

inputs = learning_curves.inputs
draw = learning_curves.draw


def table(results: Path, study: Study) -> pd.DataFrame:
    """See :func:`archfront.paper.learning_curves.curves`."""
    return learning_curves.curves(results, study, per_platform=False)
