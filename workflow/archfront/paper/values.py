"""The values of elastic parameters in the fronts of each platform (section 3)."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from archfront.analytics import front_values
from archfront.paper.study import Study, inside, named

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Section 3: elastic parameters on the fronts"
CAPTION = front_values.CAPTION
SAYS = """\
Statistics of the elastic parameters, with the fronts, inform the next search by warm start or
constraints."""
ROLES = ("threads",)


def inputs(study: Study) -> list[str]:
    return inside(study["threads"], front_values.inputs(study["threads"]))


def table(results: Path, study: Study) -> pd.DataFrame:
    """``experiment, platform, parameter, kind, value, frequency``."""
    settings = study["threads"]
    return named(settings, front_values.table(results / settings["experiment"], settings))


def draw(table: pd.DataFrame, study: Study) -> "Figure":
    return front_values.draw(table, study["threads"])
