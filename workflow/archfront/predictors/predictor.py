"""Predictors: objectives of whole populations from their features, trained on measurements.

Two simple regressions are those of the paper (section 4.3): ridge, and support vector regression
with an RBF kernel. The third is a Gaussian process with a linear and an RBF kernel. Each is trained
on the features that cross-validation prefers. ``auto`` is ridge or the Gaussian process, whichever
has the smaller error (ConcurrentNAS has several: :mod:`archfront.predictors.ensemble`).
scikit-learn trains ridge and SVR; they are stored as arrays (npz) from which numpy predicts.

For comparison there are gradient boosting, a multi-layer perceptron, and an ensemble of the three.
Any other regressor with scikit-learn's ``fit`` and ``predict`` can replace them, by
``package.module:Class``. These regressors are stored as pickles within the npz file.
"""

import inspect
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from archfront.core.files import written_beside
from archfront.core.registry import ConfigError, find
from archfront.predictors import gaussian_process
from archfront.predictors.features import Features
from archfront.predictors.gaussian_process import GaussianProcess
from archfront.predictors.scikit_learn import GRIDS, Average, estimator

if TYPE_CHECKING:
    import pandas as pd

MEMBERS = ("ridge", "svr", "gaussian_process")
"""Of an ensemble, whose prediction is their mean."""
KINDS = (*MEMBERS, *GRIDS, "ensemble")
AUTO, QUICK = "auto", ("ridge", "gaussian_process")
"""The kind that chooses, and among which: their errors on rows left out come without training
again, so that the choice costs a fraction of a second."""

LIVE = "live"
"""Kind of an objective that is measured within the search
(:mod:`archfront.search.live_measurement`)."""
LOOK_UP = "look_up"
"""Kind of an objective that a table predicts (:mod:`archfront.predictors.look_up`)."""
UNTRAINED = LOOK_UP, LIVE

ALPHAS = np.logspace(-5, 4, 37)
"""Ridge penalties to choose from, on columns of about unit scale and a standardised target."""
SVR_GRID = {"C": [0.3, 1.0, 3.0, 10.0, 30.0], "gamma": [0.003, 0.01, 0.03], "epsilon": [0.1]}
FOLDS = 5


@dataclass(frozen=True)
class Predictor:
    """``value = mean + scale * (kernel(x, centres) @ weights + intercept)``.

    For ridge the kernel is the inner product with the columns themselves (``centres`` is empty);
    for SVR it is ``exp(-gamma |x - c|^2)`` with the support vectors as ``centres``.
    ``features`` names the set that ``x`` is of.
    """

    kind: str
    weights: np.ndarray
    intercept: float
    mean: float
    scale: float
    centres: np.ndarray
    gamma: float = 0.0
    features: str = "one_hot"

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Predicted values, in the objective's unit: float64 ``n`` from ``n x f`` features."""
        if self.kind == "ridge":
            kernel = features
        else:
            squares = (features**2).sum(1)[:, None] + (self.centres**2).sum(1)
            kernel = np.exp(-self.gamma * (squares - 2 * features @ self.centres.T))
        return self.mean + self.scale * (kernel @ self.weights + self.intercept)


@dataclass(frozen=True)
class OtherPredictor:
    """A trained regressor that is kept as it is: one of scikit-learn, or the user's own."""

    kind: str
    model: object
    features: str = "one_hot"

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Predicted values: float64 ``n``; what the regressor answers is checked."""
        values = np.asarray(self.model.predict(features))
        if values.shape != (len(features),) or not np.isfinite(values.astype(float)).all():
            raise ValueError(
                f"predictor {self.kind}: predict() must give {len(features)} finite numbers in one "
                f"dimension; it gave the shape {values.shape}, first values {values.ravel()[:3]}"
            )
        return values.astype(float)


AnyPredictor = Predictor | GaussianProcess | OtherPredictor


def regressor(key: str, kind: str) -> Callable | None:
    """The user's own class of this name, None for a kind that is built in; else ConfigError."""
    if kind in (AUTO, *KINDS):
        return None
    found = find(key, kind, dict.fromkeys([AUTO, *KINDS]))
    if not all(callable(getattr(found, name, None)) for name in ("fit", "predict")):
        raise ConfigError(f"{key}: {kind!r} is no class with fit() and predict(), but {found!r}")
    return found


def save(predictors: dict[str, AnyPredictor], path: str | Path) -> None:
    """The predictors of all objectives in one npz file, arrays named ``objective.field``."""
    arrays = {f"{n}.{field}": a for n, p in predictors.items() for field, a in _plain(p).items()}
    with written_beside(path) as beside, open(beside, "wb") as file:
        np.savez(file, **arrays)


def _plain(predictor: AnyPredictor) -> dict:
    """What a predictor is kept as: arrays and numbers, or a pickle as uint8."""
    if not isinstance(predictor, OtherPredictor):
        return vars(predictor)
    pickled = np.frombuffer(pickle.dumps(predictor.model), np.uint8)
    return {"kind": predictor.kind, "pickled": pickled, "features": predictor.features}


def load(path: str | Path) -> dict[str, AnyPredictor]:
    """What :func:`save` wrote. A pickle runs code: load files of your own runs only."""
    fields: dict[str, dict] = {}
    with np.load(path, allow_pickle=False) as arrays:
        for name in arrays.files:
            objective, field = name.split(".")
            array = arrays[name]
            fields.setdefault(objective, {})[field] = array if array.ndim else array.item()
    return {objective: _whole(**plain) for objective, plain in fields.items()}


def _whole(kind: str, pickled: np.ndarray | None = None, **plain) -> AnyPredictor:
    """The inverse of :func:`_plain`."""
    if kind == "gaussian_process":
        return GaussianProcess(kind, **plain)
    if pickled is None:
        return Predictor(kind, **plain)
    return OtherPredictor(kind, pickle.loads(pickled.tobytes()), **plain)


def tune(
    kind: str, features: np.ndarray, values: np.ndarray, groups: np.ndarray | None = None
) -> tuple[dict, float]:
    """The best hyper-parameters, and the mean absolute error in cross-validation with them, in
    standard deviations of ``values``. ``groups``: of the columns, for a Gaussian process (see
    :func:`gaussian_process.kernel`); else one.

    Ridge and Gaussian process: leave-one-out in closed form; the others: five folds. An ensemble's
    members are tuned one by one, and its error is taken for the mean of theirs, which it does not
    exceed. A regressor of the user's own keeps its defaults, and its error is not looked at: NaN.
    """
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import GridSearchCV, KFold
    from sklearn.svm import SVR

    enough(values)
    if kind not in KINDS:
        return {}, np.nan
    target = standardised(values)[0]
    if kind == "ridge":
        search = RidgeCV(alphas=ALPHAS, scoring="neg_mean_absolute_error").fit(features, target)
        return {"alpha": float(search.alpha_)}, -float(search.best_score_)
    if kind == "gaussian_process":
        groups = np.zeros(features.shape[1], int) if groups is None else groups
        found = {
            "groups": groups,
            "hyper_parameters": gaussian_process.tuned(features, target, groups),
        }
        errors = gaussian_process.left_out(*gaussian_process.fit(features, target, **found))
        return found, float(np.abs(errors).mean())
    if kind == "ensemble":
        tuned = {member: tune(member, features, values, groups) for member in MEMBERS}
        error = float(np.mean([error for _, error in tuned.values()]))
        return {"members": {member: chosen for member, (chosen, _) in tuned.items()}}, error
    folds = KFold(min(FOLDS, len(values)), shuffle=True, random_state=0)
    model, choices = SVR(), SVR_GRID
    if kind in GRIDS:
        inner = "regressor__" + ("mlpregressor__" if kind == "mlp" else "")
        model = estimator(kind)
        choices = {inner + name: given for name, given in GRIDS[kind].items()}
    grid = GridSearchCV(model, choices, cv=folds, scoring="neg_mean_absolute_error")
    grid.fit(features, target)
    best = {name.rpartition("__")[2]: value for name, value in grid.best_params_.items()}
    return best, -float(grid.best_score_)


def select(
    kind: str, features: Features, population: np.ndarray, values: np.ndarray
) -> tuple[str, str, dict]:
    """The kind, feature set and hyper-parameters with the least error in cross-validation.

    A regressor of the user's own is given the first set, ``one_hot``.
    """
    names = features.names if kind in (AUTO, *KINDS) else features.names[:1]
    tuned = {
        (one, name): tune(one, features(population, name), values, features.groups(name))
        for one in (QUICK if kind == AUTO else [kind])
        for name in names
    }
    best = min(tuned, key=lambda choice: tuned[choice][1])
    if kind == AUTO:
        told = ", ".join(f"{one} on {name} {e:.3f}" for (one, name), (_, e) in tuned.items())
        print(f"{' on '.join(best)}, of mean errors on rows left out: {told}")
    return *best, tuned[best][0]


def fit_best(
    kind: str, features: Features, population: np.ndarray, values: np.ndarray
) -> AnyPredictor:
    """:func:`fit` on the feature set that :func:`select` chooses; the predictor names it."""
    kind, name, hyper_parameters = select(kind, features, population, values)
    trained = fit(kind, features(population, name), values, hyper_parameters)
    return replace(trained, features=name)


def fit(
    kind: str, features: np.ndarray, values: np.ndarray, hyper_parameters: dict | None = None
) -> AnyPredictor:
    """Train on ``n x f`` features and ``n`` finite values; tunes unless told how to be."""
    from sklearn.linear_model import Ridge
    from sklearn.svm import SVR

    own = regressor("predictor", kind)
    enough(values)
    if own is not None:
        # A regressor with random parts repeats them: the same rows, the same predictions.
        seeded = {"random_state": 0} if "random_state" in inspect.signature(own).parameters else {}
        model = own(**seeded)
        model.fit(features, values)
        return OtherPredictor(kind, model)
    chosen = tune(kind, features, values)[0] if hyper_parameters is None else hyper_parameters
    if kind == "ensemble":
        members = [fit(one, features, values, own) for one, own in chosen["members"].items()]
        return OtherPredictor(kind, Average(members))
    if kind in GRIDS:
        return OtherPredictor(kind, estimator(kind, **chosen).fit(features, values))
    target, mean, scale = standardised(values)
    if kind == "gaussian_process":
        weights, root = gaussian_process.fit(features, target, **chosen)
        return GaussianProcess(kind, features, weights, root, **chosen, mean=mean, scale=scale)
    if kind == "ridge":
        model = Ridge(**chosen).fit(features, target)
        nothing = np.empty((0, features.shape[1]))
        return Predictor(kind, model.coef_, float(model.intercept_), mean, scale, nothing)
    model = SVR(**chosen).fit(features, target)
    return Predictor(
        kind,
        model.dual_coef_[0],
        float(model.intercept_[0]),
        mean,
        scale,
        model.support_vectors_,
        chosen["gamma"],
    )


def from_look_up_table(features: Features, table: "pd.DataFrame") -> Predictor:
    """The sum over a look-up table's ``block`` and ``latency``, as a predictor: nothing is learned.

    ValueError if a kind of block is not in the table.
    """
    latency = table.set_index("block")["latency"]
    missing = sorted(set(features.kinds.tolist()) - set(latency.index))
    if missing:
        raise ValueError(f"the look-up table lacks the blocks {missing}")
    weights, nothing = latency[features.kinds].to_numpy(), np.empty((0, len(features.kinds)))
    return Predictor("ridge", weights, 0.0, 0.0, 1.0, nothing, features="blocks")


def enough(values: np.ndarray) -> None:
    if len(values) < 2:
        raise ValueError(f"a predictor needs at least 2 measurements, there are {len(values)}")


def standardised(values: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Zero mean, unit deviation; a constant objective keeps deviation 1."""
    mean, scale = float(values.mean()), float(values.std()) or 1.0
    return (values - mean) / scale, mean, scale
