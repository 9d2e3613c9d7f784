"""The stopping rule of a search: limits, stagnation of the hypervolume, the expected gain of the
next batch, a person's request."""

import numpy as np
import pandas as pd

from archfront.core.reference import ReferencePoint, volume
from archfront.core.types import Config, Facts


def verdict(
    table: pd.DataFrame,
    reference: ReferencePoint,
    iteration: int,
    limits: Config,
    stop_requested: bool,
    expected_gains: list[float],
    seconds: float = 0.0,
) -> Facts:
    """The verdict after an iteration. A search goes on until a person stops it, a limit is reached,
    or the search gains too little.

    limits:         ``iterations``, the maximum number of iterations; ``seconds``, the maximum time
                    of measuring, None without a limit; ``stagnation`` and ``least_gain``, shares of
                    the hypervolume.
    expected_gains: expected hypervolume improvements of the batches of the first, second, ..., and
                    of the next iteration, in boxes (see
                    :func:`~archfront.core.reference.reference_point`); empty if the tactic states
                    no expected improvement.
    seconds:        time that the run's measurements took so far, the initial ones included.

    ``gain`` is the rise of the hypervolume in this iteration as a share of its value before.
    ``calibration`` is the median over the iterations of the measured improvement divided by the
    expected improvement. ``expected_gain`` is the expected improvement of the next batch, times the
    calibration, as a share of the present hypervolume. ``calibration`` and ``expected_gain`` are
    None if the tactic states no expected improvement.
    """
    volumes = [volume(table[table["iteration"] <= i], reference) for i in range(iteration + 1)]
    before, now = volumes[-2:]
    gain = (now - before) / before if before > 0 else float(now > 0)
    calibration = expected = None
    if expected_gains:
        *past, following = expected_gains
        ratios = [g / e for g, e in zip(np.diff(volumes), past, strict=True) if e > 0]
        calibration = float(np.median(ratios)) if ratios else 1.0
        expected = calibration * following / now if now > 0 else None
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
        "calibration": calibration,
        "expected_gain": expected,
        "measured": len(table),
        "seconds": round(seconds, 3),
    }
