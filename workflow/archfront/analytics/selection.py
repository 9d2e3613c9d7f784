"""Choosing one sub-network of a measured front."""

from collections.abc import Mapping

import pandas as pd

from archfront.core.pareto import archive_costs, knee

EMPTY_FRONT = (
    "The front is empty: no sub-network within the bounds has a measured value of each objective"
)


def choose(
    front: pd.DataFrame, objectives: list[str], how: str, row: int, at_most: Mapping[str, float]
) -> pd.Series:
    """The row of ``front`` that ``how`` names, among the rows within the bounds ``at_most``.

    "knee": the row nearest to the ideal corner; "best_top1", "best_bleu": the row with the highest
    value of this objective; "row": the row with the number ``row`` in the file.

    ValueError where no row qualifies. The message states the available rows or values.
    """
    if front.empty:
        raise ValueError(EMPTY_FRONT)
    unknown = [name for name in at_most if name not in front]
    if unknown:
        raise ValueError(f"export.at_most: the front has no column {unknown[0]!r}")
    within = front
    for name, bound in at_most.items():
        if not (within[name] <= bound).any():
            raise ValueError(
                f"export.at_most: no sub-network of the front has {name} <= {bound}; "
                f"the least is {within[name].min():.6g}"
            )
        within = within[within[name] <= bound]
    if how == "row":
        if row not in within.index:
            raise ValueError(f"export.row: {row} is not among rows {list(within.index)}")
        return within.loc[row]
    if how.startswith("best_"):
        quality = how.removeprefix("best_")
        if quality not in within:
            raise ValueError(f"export.choose: {how!r}, and the front has no column {quality!r}")
        return within.loc[within[quality].idxmax()]
    return within.iloc[knee(archive_costs(within, objectives))]
