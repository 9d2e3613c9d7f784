"""Whether a search goes on: the limit, stagnation of the hypervolume, what the next batch promises,
a person's wish."""

import numpy as np
import pandas as pd

from archfront.search.pareto import costs as to_costs
from archfront.search.pareto import hypervolume, hypervolume_curve
from archfront.tables import archive_costs


def reference_point(
    samples: pd.DataFrame,
    objectives: list[str],
    worst: dict[str, float] | None,
    bounds: dict[str, float],
) -> dict:
    """Where a platform's hypervolume starts and its unit, from the first seed's samples.

    ``reference`` is the worst value of each objective among the samples, or the ``worst`` that the
    config gives, and never beyond its bound; ``ideal`` is the best value among the samples. The box
    between them is 1. ValueError where no sample is better than a bound.
    """
    costs = archive_costs(samples, objectives)
    worst_costs = np.nanmax(costs, axis=0)
    if worst is not None:
        worst_costs = archive_costs(pd.DataFrame([worst]), objectives)[0]
    ideal = np.nanmin(costs, axis=0)
    for column, name in enumerate(objectives):
        if name in bounds:
            limit = to_costs(np.array([bounds[name]]), [name])[0]
            if ideal[column] >= limit:
                best = _values(ideal, objectives)[name]
                raise ValueError(f"bounds.{name}: {bounds[name]}, but the best sample has {best:g}")
            worst_costs[column] = min(worst_costs[column], limit)
    if not (ideal < worst_costs).all():
        raise ValueError(
            f"the reference point {worst} is not worse than the best sample in each of {objectives}"
        )
    return {
        "objectives": objectives,
        "reference": _values(worst_costs, objectives),
        "ideal": _values(ideal, objectives),
        "bounds": bounds,
    }


def volume(table: pd.DataFrame, reference: dict) -> float:
    """Hypervolume of an archive, in boxes between ideal and reference; higher is better."""
    objectives = reference["objectives"]
    costs = archive_costs(table, objectives, reference["bounds"])
    return hypervolume(costs, *corners(reference))


def volume_curve(table: pd.DataFrame, reference: dict) -> np.ndarray:
    """Hypervolume after each row of an archive: float64 ``n``."""
    objectives = reference["objectives"]
    costs = archive_costs(table, objectives, reference["bounds"])
    return hypervolume_curve(costs, *corners(reference))


def verdict(
    table: pd.DataFrame,
    reference: dict,
    iteration: int,
    limits: dict,
    stop_requested: bool,
    promises: list[float],
    seconds: float = 0.0,
) -> dict:
    """Goes on unless a person stops it, the limit is reached, or too little was or will be gained.

    limits:   ``iterations``, at most so many; ``seconds`` of measuring, None without a limit;
              ``stagnation`` and ``least_gain``, shares of the hypervolume.
    promises: what the batches of the first, second, ..., and of the next iteration were expected to
              gain, in boxes (see :func:`reference_point`); empty where nothing was promised.
    seconds:  that the run's measurements took so far, the first ones included.

    ``gain`` is the rise of the hypervolume in this iteration as a share of what it was before.
    ``came_true`` is the median over the iterations of what was gained over what was promised;
    ``expected_gain`` is the next batch's promise, times that, as a share of the present
    hypervolume. Both are None where nothing was promised.
    """
    volumes = [volume(table[table["iteration"] <= i], reference) for i in range(iteration + 1)]
    before, now = volumes[-2:]
    gain = (now - before) / before if before > 0 else float(now > 0)
    came_true = expected = None
    if promises:
        *past, following = promises
        kept = [g / p for g, p in zip(np.diff(volumes), past, strict=True) if p > 0]
        came_true = float(np.median(kept)) if kept else 1.0
        expected = came_true * following / now if now > 0 else None
    if stop_requested:
        reason = "stopped"
    elif iteration >= limits["iterations"]:
        reason = "limit"
    elif limits["seconds"] is not None and seconds >= limits["seconds"]:
        reason = "seconds"
    elif gain < limits["stagnation"]:
        reason = "stagnation"
    elif expected is not None and expected < limits["least_gain"]:
        reason = "little to gain"
    else:
        reason = ""
    return {
        "iteration": iteration,
        "continue": not reason,
        "reason": reason,
        "hypervolume": now,
        "gain": gain,
        "came_true": came_true,
        "expected_gain": expected,
        "measured": len(table),
        "seconds": round(seconds, 3),
    }


def corners(reference: dict) -> np.ndarray:
    """Costs of the reference and of the ideal point: float64 ``2 x m``."""
    corners = pd.DataFrame([reference["reference"], reference["ideal"]])
    return archive_costs(corners, reference["objectives"])


def _values(costs: np.ndarray, objectives: list[str]) -> dict[str, float]:
    table = pd.DataFrame([costs], columns=objectives)
    return dict(zip(objectives, archive_costs(table, objectives)[0].tolist(), strict=True))
