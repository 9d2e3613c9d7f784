"""How good a predictor is: learning curves, and actual against predicted values."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import kendalltau

from archfront.predictors.features import Features
from archfront.predictors.predictor import fit, select, tune
from archfront.supernets.supernet import SuperNetwork
from archfront.tables import read_population


def mape(actual: np.ndarray, predicted: np.ndarray) -> float:
    """Mean absolute percentage error; lower is better."""
    return float(100 * np.mean(np.abs((actual - predicted) / actual)))


def tau(actual: np.ndarray, predicted: np.ndarray) -> float:
    """Kendall's rank correlation (tau-b); 1 is perfect, NaN where one side is constant."""
    return float(kendalltau(actual, predicted).statistic)


def learning_curve(
    kind: str,
    features: np.ndarray,
    values: np.ndarray,
    rows: list[int],
    trials: int,
    seed: int,
    hyper_parameters: dict | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Errors against the number of training rows (paper, section 5.4).

    Each trial splits the data anew and keeps one test set, of all that the largest training set
    leaves over. Hyper-parameters are tuned once, on all rows, not per point.

    Returns the curve (``rows, trial, mape, tau``) and, for the largest training set of the first
    trial, the test set's ``actual`` and ``predicted`` values.
    """
    if max(rows) >= len(values) - 1:
        raise ValueError(
            f"a learning curve up to {max(rows)} rows needs more than {max(rows) + 1} "
            f"measurements, there are {len(values)}"
        )
    if hyper_parameters is None:
        hyper_parameters, _ = tune(kind, features, values)
    points = []
    for trial in range(trials):
        order = np.random.default_rng([seed, trial]).permutation(len(values))
        test = order[max(rows) :]
        for count in sorted(rows):
            train = order[:count]
            predicted = fit(kind, features[train], values[train], hyper_parameters)(features[test])
            actual = values[test]
            point = {"rows": count, "trial": trial}
            points.append(point | {"mape": mape(actual, predicted), "tau": tau(actual, predicted)})
        if trial == 0:
            pairs = pd.DataFrame({"actual": actual, "predicted": predicted})
    return pd.DataFrame(points), pairs


def learning_curves(
    supernet: SuperNetwork,
    samples: pd.DataFrame,
    kinds: dict[str, str],
    rows: list[int],
    trials: int,
    compared: Sequence[str] = (),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """:func:`learning_curve` of each objective in ``kinds`` over the rows of an archive, on the
    feature set that cross-validation over all of them prefers; the curves, but not the pairs, of
    the kinds ``compared`` as well.

    Both tables get the columns ``objective``, ``predictor`` and ``features``. Where failures leave
    too few rows, the points that cannot be had are left out.
    """
    curves, pairs, features = [], [], Features(supernet)
    for objective, kind in kinds.items():
        there = samples[samples[objective].notna()]
        population, values = read_population(supernet.space, there), there[objective].to_numpy()
        possible = [count for count in rows if count < len(there) - 1]
        own = None
        for one in dict.fromkeys([kind, *compared]):
            found, name, chosen = select(one, features, population, values)
            if found == own:
                continue  # it is what auto has chosen
            seen = features(population, name)
            curve, pair = learning_curve(found, seen, values, possible, trials, 0, chosen)
            for table in (curve, pair):
                table.insert(0, "objective", objective)
                table.insert(1, "predictor", found)
                table.insert(2, "features", name)
            curves.append(curve)
            if own is None:
                own = found
                pairs.append(pair)
    if not curves:
        empty = pd.DataFrame(columns=["objective", "predictor", "features"])
        return empty, empty
    return pd.concat(curves), pd.concat(pairs)
