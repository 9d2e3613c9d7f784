"""Evaluation of predictors: learning curves, and actual against predicted values."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd

from archfront.core.metrics import mape, tau
from archfront.core.population_table import labelled, read_population
from archfront.core.supernet import SuperNetwork
from archfront.predictors.features import Features
from archfront.predictors.kinds import AUTO, KINDS
from archfront.predictors.predictor import fit, select, tune


def learning_curve(
    kind: str,
    features: np.ndarray | Mapping[str, np.ndarray],
    values: np.ndarray,
    rows: list[int],
    trials: int,
    seed: int,
    groups: Mapping[str, np.ndarray] = MappingProxyType({}),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Errors of a predictor against the number of training rows (paper, section 5.4).

    features: ``n x f``, or several feature sets by name. The set with the least error in
              cross-validation on the first trial's largest training set is used.
    rows:     numbers of training rows.
    groups:   group numbers of the columns of each feature set, see
              :func:`~archfront.predictors.predictor.tune`.

    Each trial splits the data anew. The test set of a trial holds all rows outside its largest
    training set, and is the same for every number of training rows. Hyper-parameters are tuned for
    each number of rows, on the first trial's training rows of that number: hyper-parameters that
    were tuned on more rows may suit a predictor badly.

    Returns the curve (``features, rows, trial, mape, tau``) and, for the largest training set of
    the first trial, ``features`` and the test set's ``actual`` and ``predicted`` values, in the
    objective's unit. ``mape`` is in per cent, lower is better; for ``tau`` higher is better.
    ValueError with fewer than ``max(rows) + 2`` values.
    """
    if max(rows) >= len(values) - 1:
        raise ValueError(
            f"a learning curve up to {max(rows)} rows needs more than {max(rows) + 1} "
            f"measurements, there are {len(values)}"
        )
    sets = features if isinstance(features, Mapping) else {"given": features}
    largest = np.random.default_rng([seed, 0]).permutation(len(values))[: max(rows)]
    name, hyper_parameters = _best(kind, sets, largest, values, groups)
    seen, tuned, points = sets[name], {max(rows): hyper_parameters}, []
    for trial in range(trials):
        order = np.random.default_rng([seed, trial]).permutation(len(values))
        test = order[max(rows) :]
        for count in sorted(rows):
            train = order[:count]
            if count not in tuned:  # only in the first trial
                tuned[count], _ = tune(kind, seen[train], values[train], groups.get(name))
            model = fit(kind, seen[train], values[train], tuned[count])
            actual, predicted = values[test], model(seen[test])
            point = {"features": name, "rows": count, "trial": trial}
            points.append(point | {"mape": mape(actual, predicted), "tau": tau(actual, predicted)})
        if trial == 0:
            pairs = pd.DataFrame({"features": name, "actual": actual, "predicted": predicted})
    return pd.DataFrame(points), pairs


def _best(
    kind: str,
    sets: Mapping[str, np.ndarray],
    train: np.ndarray,
    values: np.ndarray,
    groups: Mapping[str, np.ndarray],
) -> tuple[str, dict]:
    """Name of the feature set with the least error in cross-validation on the rows ``train``, and
    the hyper-parameters for this set."""
    tuned = {
        name: tune(kind, seen[train], values[train], groups.get(name))
        for name, seen in sets.items()
    }
    best = min(tuned, key=lambda name: tuned[name][1])
    return best, tuned[best][0]


def learning_curves(
    supernet: SuperNetwork,
    samples: pd.DataFrame,
    kinds: dict[str, str],
    rows: list[int],
    trials: int,
    compared: Sequence[str] = (),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The results of :func:`learning_curve` for each objective in ``kinds``, over the rows of an
    archive. The kinds of predictor in ``compared`` have curves too, but no pairs of actual and
    predicted values. For the kind ``auto`` the kind that it chooses on all rows is used.

    Both tables get the columns ``objective`` and ``predictor``. Rows without a value of the
    objective are left out. Numbers of training rows for which too few rows remain are left out; an
    objective without a possible number has no curve, and a warning says so.
    """
    curves, pairs, features = [], [], Features(supernet)
    for objective, kind in kinds.items():
        there = samples[samples[objective].notna()]
        population, values = read_population(supernet.space, there), there[objective].to_numpy()
        possible = [count for count in rows if count < len(there) - 1]
        if not possible:
            print(
                f"warning: {objective} has no learning curve: {len(there)} different sub-networks "
                f"have a value, and {min(rows)} training rows need {min(rows) + 2}"
            )
            continue
        sets = {name: features(population, name) for name in features.names}
        groups = {name: features.groups(name) for name in features.names}
        own = select(kind, features, population, values)[0] if kind == AUTO else kind
        for one in dict.fromkeys([own, *compared]):
            known = sets if one in KINDS else dict(list(sets.items())[:1])
            curve, pair = learning_curve(one, known, values, possible, trials, 0, groups)
            curves.append(labelled(curve, objective=objective, predictor=one))
            if one == own:
                pairs.append(labelled(pair, objective=objective, predictor=one))
    if not curves:
        empty = pd.DataFrame(columns=["objective", "predictor", "features"])
        return empty, empty
    return pd.concat(curves), pd.concat(pairs)
