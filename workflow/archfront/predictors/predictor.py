"""Predictors: models that are trained on measurements and predict an objective from features.

The paper has two simple regressions (section 4.3): ridge, and support vector regression (SVR) with
an RBF kernel. The third predictor is a Gaussian process with a linear and an RBF kernel.
Cross-validation chooses the feature set of each predictor. The kind ``auto`` is ridge or the
Gaussian process, whichever has the smaller leave-one-out error. (ConcurrentNAS uses an ensemble
instead: :mod:`archfront.predictors.ensemble`.) scikit-learn trains ridge and SVR. These three
predictors are stored as arrays (npz), and numpy predicts from the arrays.

Three other kinds serve for comparison: gradient boosting, a multi-layer perceptron, and an ensemble
of the three predictors above. A user can name any regressor with scikit-learn's ``fit`` and
``predict`` as ``package.module:Class``. The three kinds and the user's regressors are stored as
pickles within the npz file.
"""

import inspect
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from archfront.core.files import written_beside
from archfront.core.metrics import exact_unit
from archfront.core.registry import ConfigError, find, told
from archfront.core.required import required
from archfront.predictors import gaussian_process
from archfront.predictors.features import Features
from archfront.predictors.gaussian_process import GaussianProcess, Posterior
from archfront.predictors.kinds import AUTO, KINDS, MEMBERS, QUICK
from archfront.predictors.scikit_learn import GRIDS, Average, Fitted, Regressor, estimator

if TYPE_CHECKING:
    import pandas as pd

ALPHAS = np.logspace(-5, 4, 37)
"""Ridge penalties to choose from, for columns of about unit scale and a standardised target."""
SVR_GRID: dict[str, Sequence[float]] = {
    "C": [0.3, 1.0, 3.0, 10.0, 30.0],
    "gamma": [0.003, 0.01, 0.03],
    "epsilon": [0.1],
}
FOLDS = 5


@dataclass(frozen=True)
class Predictor:
    """``value = mean + scale * (kernel(x, centres) @ weights + intercept)``.

    For ridge the kernel is the inner product with the columns themselves (``centres`` is empty);
    for SVR it is ``exp(-gamma |x - c|^2)`` with the support vectors as ``centres``.
    ``features`` names the feature set of ``x``.
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
    """A trained regressor that is stored as a pickle: one of scikit-learn, or a user's class."""

    kind: str
    model: Fitted
    features: str = "one_hot"

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Predicted values, in the objective's unit: float64 ``n`` from ``n x f`` features.

        ValueError where the regressor does not return ``n`` finite numbers.
        """
        values = np.asarray(self.model.predict(features))
        if values.shape != (len(features),) or not np.isfinite(values.astype(float)).all():
            raise ValueError(
                f"predictor {self.kind}: predict() must give {len(features)} finite numbers in one "
                f"dimension; it gave the shape {values.shape}, first values {values.ravel()[:3]}"
            )
        return values.astype(float)


AnyPredictor = Predictor | GaussianProcess | OtherPredictor
HyperParameters = dict[str, Any]
"""The arguments of the training of one kind of predictor."""


def regressor(key: str, kind: str) -> Callable[..., Regressor] | None:
    """The user's regressor class of this name; None for a built-in kind.

    ConfigError where no such class exists, or where it lacks ``fit`` or ``predict``.
    """
    if kind in (AUTO, *KINDS):
        return None
    found = find(key, kind, dict.fromkeys([AUTO, *KINDS]))
    able = all(callable(getattr(found, name, None)) for name in ("fit", "predict"))
    if not isinstance(found, type) or not able:
        raise ConfigError(
            f"{key}: {kind!r} is no class with fit() and predict(), but {told(found)}"
        )
    return cast("Callable[..., Regressor]", found)


def save(predictors: dict[str, AnyPredictor], path: str | Path) -> None:
    """Write the predictors of all objectives to one npz file, with arrays named
    ``objective.field``."""
    arrays = {f"{n}.{field}": a for n, p in predictors.items() for field, a in _plain(p).items()}
    with written_beside(path) as beside, open(beside, "wb") as file:
        np.savez(file, **arrays)


def _plain(predictor: AnyPredictor) -> dict[str, Any]:
    """The fields of a predictor as arrays and numbers. The model of an :class:`OtherPredictor` is a
    pickle in a uint8 array."""
    if not isinstance(predictor, OtherPredictor):
        return vars(predictor)
    pickled = np.frombuffer(pickle.dumps(predictor.model), np.uint8)
    return {"kind": predictor.kind, "pickled": pickled, "features": predictor.features}


def load(path: str | Path) -> dict[str, AnyPredictor]:
    """The predictors, by objective, in a file that :func:`save` wrote. A pickle can run code when
    it is loaded: load only files that your runs wrote."""
    fields: dict[str, dict[str, Any]] = {}
    with np.load(path, allow_pickle=False) as arrays:
        for name in arrays.files:
            objective, field = name.split(".")
            array = arrays[name]
            fields.setdefault(objective, {})[field] = array if array.ndim else array.item()
    for plain in fields.values():
        if plain.get("features") == "bending":  # its name in version 0.1.0
            plain["features"] = "thermometer"
    return {objective: _whole(**plain) for objective, plain in fields.items()}


def _whole(kind: str, pickled: NDArray[np.uint8] | None = None, **plain: Any) -> AnyPredictor:
    """The predictor with these fields: the inverse of :func:`_plain`."""
    if kind == "gaussian_process":
        return GaussianProcess(kind, **plain)
    if pickled is None:
        return Predictor(kind, **plain)
    return OtherPredictor(kind, pickle.loads(pickled.tobytes()), **plain)


def tune(
    kind: str, features: np.ndarray, values: np.ndarray, groups: np.ndarray | None = None
) -> tuple[HyperParameters, float]:
    """The best hyper-parameters, and the mean absolute error in cross-validation with them, in
    standard deviations of ``values``.

    groups: group number of each column, for a Gaussian process (see
    :func:`gaussian_process.kernel`); one group by default.

    Ridge and the Gaussian process have the leave-one-out error in closed form; other kinds use five
    folds. The hyper-parameters of the Gaussian process have the greatest posterior density; the
    hyper-parameters of other kinds have the least error. The members of an ensemble are tuned one
    by one. The mean of the members' errors stands for the error of the ensemble, which does not
    exceed it. A regressor of the user keeps its default hyper-parameters and is not
    cross-validated: its error is NaN. ValueError with fewer than 2 values.
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
        errors = gaussian_process.fit(features, target, **found).errors
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
) -> tuple[str, str, HyperParameters]:
    """The kind, feature set and hyper-parameters with the least error in cross-validation.

    The kind ``auto`` chooses among :data:`QUICK`. A regressor of the user has the first feature
    set, ``one_hot``.
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
    """A predictor that :func:`fit` trains on the feature set that :func:`select` chooses. The
    predictor's field ``features`` names this set."""
    kind, name, hyper_parameters = select(kind, features, population, values)
    trained = fit(kind, features(population, name), values, hyper_parameters)
    return replace(trained, features=name)


def fit(
    kind: str,
    features: np.ndarray,
    values: np.ndarray,
    hyper_parameters: HyperParameters | None = None,
) -> AnyPredictor:
    """A predictor trained on ``n x f`` features and ``n`` finite values. :func:`tune` chooses the
    hyper-parameters if none are given. ValueError with fewer than 2 values."""
    from sklearn.linear_model import Ridge
    from sklearn.svm import SVR

    own = regressor("predictor", kind)
    enough(values)
    if own is not None:
        # A fixed seed: the same rows give the same predictions.
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
    if kind == "gaussian_process":
        return fit_gaussian_process(features, values, chosen)[0]
    target, mean, scale = standardised(values)
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


def fit_gaussian_process(
    features: np.ndarray, values: np.ndarray, hyper_parameters: HyperParameters
) -> tuple[GaussianProcess, Posterior]:
    """:func:`fit` for the kind ``gaussian_process``, and the posterior of the standardised
    values."""
    target, mean, scale = standardised(values)
    posterior = gaussian_process.fit(features, target, **hyper_parameters)
    trained = GaussianProcess(
        "gaussian_process",
        posterior.centres,
        posterior.weights,
        posterior.root,
        **hyper_parameters,
        mean=mean,
        scale=scale,
    )
    return trained, posterior


def from_look_up_table(features: Features, table: "pd.DataFrame") -> Predictor:
    """A predictor that sums the latencies (ms) of a sub-network's blocks. The look-up table has the
    columns ``block`` and ``latency``; nothing is trained.

    ValueError if a kind of block is not in the table.
    """
    latency = table.set_index("block")["latency"]
    kinds = required(features.kinds, "kinds of blocks")
    missing = sorted(set(kinds.tolist()) - set(latency.index))
    if missing:
        raise ValueError(f"the look-up table lacks the blocks {missing}")
    weights, nothing = latency[kinds].to_numpy(), np.empty((0, len(kinds)))
    return Predictor("ridge", weights, 0.0, 0.0, 1.0, nothing, features="blocks")


def enough(values: np.ndarray) -> None:
    if len(values) < 2:
        raise ValueError(f"a predictor needs at least 2 measurements, there are {len(values)}")


def standardised(values: np.ndarray) -> tuple[np.ndarray, float, float]:
    """The values with zero mean and unit standard deviation, and the mean and standard deviation
    that were removed. Constant values count as having standard deviation 1."""
    unit = exact_unit(values)
    shares = values / unit
    mean, scale = float(shares.mean()), float(shares.std()) or 1.0 / unit
    return (shares - mean) / scale, mean * unit, scale * unit
