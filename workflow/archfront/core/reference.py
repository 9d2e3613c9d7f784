"""The reference point and the unit of a platform's hypervolume, and hypervolumes in that unit."""

from pathlib import Path
from typing import TypedDict, cast

import numpy as np
import pandas as pd

from archfront.core.files import read_json
from archfront.core.pareto import archive_costs, hypervolume, hypervolume_curve
from archfront.core.pareto import costs as to_costs
from archfront.core.types import Floats


class ReferencePoint(TypedDict):
    """The reference point and the unit of a hypervolume; :func:`reference_point` explains them."""

    objectives: list[str]
    reference: dict[str, float]
    ideal: dict[str, float]
    bounds: dict[str, float]


def reference_point(
    samples: pd.DataFrame,
    objectives: list[str],
    worst: dict[str, float] | None,
    bounds: dict[str, float],
) -> ReferencePoint:
    """The reference point and the unit of a platform's hypervolume, from the first seed's samples.

    ``reference`` is the worst value of each objective among the samples, or the value ``worst``
    from the config. It is never beyond the bound of the objective. ``ideal`` is the best value of
    each objective among the samples. Failed measurements are ignored. The box between ``ideal`` and
    ``reference`` has the hypervolume 1. The result also holds ``objectives`` and ``bounds``.

    Raises ValueError if an objective has no value, if no sample is better than a bound, or if
    ``reference`` is not worse than ``ideal`` in each objective.
    """
    costs = archive_costs(samples, objectives)
    for name, column in zip(objectives, costs.T, strict=True):
        if np.isnan(column).all():
            raise ValueError(f"objectives: {name} has no value, since every measurement failed")
    worst_costs = np.nanmax(costs, axis=0)
    if worst is not None:
        worst_costs = archive_costs(pd.DataFrame([worst]), objectives)[0]
    ideal = np.nanmin(costs, axis=0)
    best = _values(ideal, objectives)
    for column, name in enumerate(objectives):
        if name in bounds:
            limit = to_costs(np.array([bounds[name]]), [name])[0]
            if ideal[column] >= limit:
                raise ValueError(
                    f"bounds.{name}: {bounds[name]}, but the best sample has {best[name]:g}"
                )
            worst_costs[column] = min(worst_costs[column], limit)
    reached = _values(worst_costs, objectives)
    for name, worse in zip(objectives, ideal < worst_costs, strict=True):
        if worse:
            continue
        if worst is None:
            raise ValueError(
                f"objectives: {name} is {best[name]:g} for every sample. An objective must vary: "
                f"take {name} out of `objectives`, or set `reference_point` for this platform"
            )
        raise ValueError(
            f"reference_point: {name} is {reached[name]:g}, which is not worse than the best "
            f"sample's {best[name]:g}"
        )
    return {
        "objectives": objectives,
        "reference": _values(worst_costs, objectives),
        "ideal": _values(ideal, objectives),
        "bounds": bounds,
    }


def read_reference_point(path: str | Path) -> ReferencePoint:
    """The reference point in a file that the workflow wrote."""
    return cast(ReferencePoint, read_json(path))


def volume(table: pd.DataFrame, reference: ReferencePoint) -> float:
    """Hypervolume of the rows of an archive within the bounds, in units of the box between ideal
    and reference; higher is better."""
    objectives = reference["objectives"]
    costs = archive_costs(table, objectives, reference["bounds"])
    return hypervolume(costs, *corners(reference))


def volume_curve(table: pd.DataFrame, reference: ReferencePoint) -> Floats:
    """:func:`volume` of the first 1, 2, ..., n rows of an archive: float64 ``n``."""
    objectives = reference["objectives"]
    costs = archive_costs(table, objectives, reference["bounds"])
    return hypervolume_curve(costs, *corners(reference))


def corners(reference: ReferencePoint) -> Floats:
    """Costs of the reference point (row 0) and of the ideal point (row 1): float64 ``2 x m``."""
    corners = pd.DataFrame([reference["reference"], reference["ideal"]])
    return archive_costs(corners, reference["objectives"])


def _values(costs: Floats, objectives: list[str]) -> dict[str, float]:
    table = pd.DataFrame([costs], columns=objectives)
    return dict(zip(objectives, archive_costs(table, objectives)[0].tolist(), strict=True))
