"""A super-network whose measurements a surrogate predicts: a rehearsal without GPU hours.

The surrogate is fitted to tables of measurements, archfront's or published ones. It answers
validations at once. A surrogate favours searches that use a predictor of the same family: rehearse
on both models.
"""

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from archfront.core.consistency import prepared
from archfront.core.files import (
    check_regular,
    file_digest,
    read_json,
    read_table,
    write_json,
    written_beside,
)
from archfront.core.objective import OBJECTIVES
from archfront.core.platform import Platform
from archfront.core.population_table import read_population
from archfront.core.registry import ConfigError, nearest, shown
from archfront.core.space import Configuration, configuration_digest
from archfront.core.supernet import Reference, SuperNetwork
from archfront.core.types import Facts, Floats
from archfront.predictors.scikit_learn import Fitted
from archfront.tasks import published

LARGEST = 1_000_000_000
"""The largest number of bytes of a table of measurements."""

if TYPE_CHECKING:
    from sklearn.gaussian_process import GaussianProcessRegressor

MODELS = "gaussian_process", "boosted_trees"
TUNING_ROWS = 700
"""Largest number of rows for fitting the hyper-parameters of the Gaussian process: the time grows
with the cube of this number."""
FOLDS = 5


class Replay(SuperNetwork):
    """Options:

    space: super-network (name, or mapping with options) that gives the search space and the exact
           costs.
    table: CSV of measurements, or a list of them: an ``archive.csv``, or a log in the format of
           DyNAS-T. The default is the published logs of ``ofa_mbv3_w1.0``.
    model: ``gaussian_process`` (linear and RBF kernel) or ``boosted_trees``, both on one-hot
           features of active parameters.
    noise: standard deviation of the Gaussian noise that is added, per objective, in the unit of the
           objective. A configuration always gets the same noise.

    ConfigError for an unknown model, objective of ``noise`` or file.
    """

    def __init__(
        self,
        space: str | dict = "ofa_mbv3_w1.0",
        table: str | list[str] | None = None,
        model: str = "gaussian_process",
        noise: dict[str, float] | None = None,
    ):
        from archfront.supernets.registry import supernet

        if model not in MODELS:
            raise ConfigError(
                f"supernet.model: {model!r} is not allowed; it may be {', '.join(MODELS)}"
                f"{nearest(model, MODELS)}"
            )
        self.model, self.noise = model, dict(noise or {})
        for objective in self.noise:
            if objective not in OBJECTIVES:
                raise ConfigError(
                    f"supernet.noise.{shown(objective)}: no objective"
                    + nearest(objective, OBJECTIVES)
                )
        self.original = supernet(space)
        self.space, self.costs = self.original.space, self.original.costs
        self._name = space if isinstance(space, str) else space["name"]
        self._fitted: dict[str, Fitted] = {}
        try:
            given = published.log_files() if table is None else table
        except FileNotFoundError as error:
            raise ConfigError(f"supernet.table: {error}") from error
        self.files = [Path(path) for path in ([given] if isinstance(given, str) else given)]
        for path in self.files:
            if not os.path.isfile(path):
                raise ConfigError(f"supernet.table: {path} is no file")

    def digest(self) -> str:
        content = [self.model, self._name, *(file_digest(path) for path in self.files)]
        return "replay " + hashlib.sha256(" ".join(content).encode()).hexdigest()

    def exact(self, objective: str, population: np.ndarray) -> np.ndarray:
        return self.original.exact(objective, population)

    def stage_features(self, population: np.ndarray) -> np.ndarray | None:
        return self.original.stage_features(population)

    def context(self, objective: str, settings: dict) -> dict:
        there = [n for n in self.measurements if n in OBJECTIVES]
        if objective not in there:
            raise ConfigError(
                f"supernet.table: {', '.join(map(str, self.files))} hold no {objective}; "
                f"there: {', '.join(there)}"
            )
        return {"noise": self.noise.get(objective, 0)}

    def references(self) -> Iterable[Reference]:
        return self.original.references()

    def remarks(self, settings: dict) -> list[str]:
        model = {"gaussian_process": "a Gaussian process", "boosted_trees": "boosted trees"}
        rows = len(self.measurements)
        return [f"rehearsal: {model[self.model]} fitted to {rows:,} measurements, no validations"]

    @cached_property
    def measurements(self) -> pd.DataFrame:
        """Table of the measurements, in the order of :attr:`rows`.

        Columns: ``file`` (index into ``files``), and one per measured objective (NaN if a row has
        no value). ConfigError for a file that is no table of measurements of this space.
        """
        return self._read[1]

    @cached_property
    def rows(self) -> np.ndarray:
        """The measured population, one row per measurement."""
        return self._read[0]

    @cached_property
    def _read(self) -> tuple[np.ndarray, pd.DataFrame]:
        populations, tables = [], []
        for number, path in enumerate(self.files):
            try:
                check_regular(path, LARGEST)
                head = pd.read_csv(path, nrows=0, compression=None).columns
                if "Sub-network" in head:
                    population, values = published.read_log(path, self.space)
                else:
                    table = pd.read_csv(path, compression=None)
                    population = read_population(self.space, read_table(path))
                    measured = [n for n, o in OBJECTIVES.items() if o.evaluation != "exact"]
                    values = table[[n for n in measured if n in table]]
            except (ValueError, KeyError) as error:
                raise ConfigError(f"supernet.table: {path}: {error}") from error
            populations.append(population)
            tables.append(values.assign(file=number))
        table = pd.concat(tables, ignore_index=True).dropna(axis=1, how="all")
        return np.concatenate(populations), table

    def prepare_data(self, folder: Path, settings: dict) -> None:
        """Cross-validate the surrogate of each objective and find its hyper-parameters.

        Writes ``replay.json``: hyper-parameters, and errors on left-out data in % and in the unit
        of the objective. A fitted Gaussian process is ``replay_<objective>.npz``, so that no job
        fits it again.
        """
        facts: Facts = {"model": self.model, "files": [path.name for path in self.files]}
        for objective in (n for n in self.measurements if n in OBJECTIVES):
            features, values, files = self.training_rows(objective)
            errors = _cross_validated(self.model, features, values, files)
            parameters = _tuned(self.model, features, values)
            facts[objective] = errors | {"parameters": parameters}
            if self.model == "gaussian_process":
                PosteriorMean.fit(features, values, parameters).write(folder / _fitted(objective))
            print(
                f"{objective}: {self.model} on {len(values)} sub-networks; cross-validated "
                f"(leaving out {errors['left_out']}) MAPE {errors['mape']:.3f} %, mean error "
                f"{errors['mean_absolute_error']:.3f}, tau {errors['tau']:.3f}",
                file=sys.stderr,
            )
        write_json(folder / "replay.json", facts)

    def measure(
        self,
        objective: str,
        configurations: list[Configuration],
        platform: Platform | None,
        settings: dict,
    ) -> Iterator[float]:
        if objective not in self._fitted:
            facts = read_json(prepared(settings["data"], "replay.json"))
            parameters = facts[objective]["parameters"]
            if Path(settings["data"], _fitted(objective)).exists():
                file = prepared(settings["data"], _fitted(objective))
                self._fitted[objective] = PosteriorMean.read(file, parameters)
            else:  # boosted trees, or data that an earlier archfront prepared
                features, values, _ = self.training_rows(objective)
                self._fitted[objective] = _fit(self.model, features, values, parameters)
        features = self.space.one_hot(self.space.encode(configurations))
        predicted = self._fitted[objective].predict(features)
        deviation = self.noise.get(objective, 0)
        for configuration, value in zip(configurations, predicted, strict=True):
            stream = int(configuration_digest(configuration), 16)
            yield float(value + deviation * np.random.default_rng(stream).normal())

    def training_rows(self, objective: str) -> tuple[np.ndarray, np.ndarray, list[set[int]]]:
        """One-hot features and mean value of each distinct sub-network, and the numbers of the
        files that contain it."""
        table = self.measurements.assign(digest=self.space.digests(self.rows))
        table = table[table[objective].notna()]
        groups = table.groupby("digest", sort=True)
        values = groups[objective].mean().to_numpy()
        first = groups.apply(lambda rows: rows.index[0], include_groups=False).to_numpy()
        files = groups["file"].agg(set).tolist()
        return self.space.one_hot(self.rows[first]), values, files


def _cross_validated(
    model: str, features: np.ndarray, values: np.ndarray, files: list[set[int]]
) -> dict:
    """Errors of the surrogate on left-out data, as means over the parts that were left out in turn.

    A part is one file: its sub-networks are left out of the training data even if other files
    contain them too. With a single file, a part is one of :data:`FOLDS` folds of rows. Keys:
    ``mape`` (%), ``mean_absolute_error`` (unit of the objective), ``tau``, and ``left_out`` (the
    kind of part).
    """
    from archfront.core.metrics import mape, tau

    names = sorted(set().union(*files))
    if len(names) > 1:
        parts = [np.array([name in own for own in files]) for name in names]
    else:
        fold = np.random.default_rng(0).permutation(len(values)) % FOLDS
        parts = [fold == number for number in range(FOLDS)]
    errors = []
    for test in parts:
        parameters = _tuned(model, features[~test], values[~test])
        fitted = _fit(model, features[~test], values[~test], parameters)
        predicted, actual = fitted.predict(features[test]), values[test]
        off = float(np.abs(predicted - actual).mean())
        errors.append((mape(actual, predicted), off, tau(actual, predicted)))
    means = np.mean(errors, axis=0)
    told = dict(zip(("mape", "mean_absolute_error", "tau"), means.tolist(), strict=True))
    return told | {"left_out": "whole files" if len(names) > 1 else "folds of rows"}


def _tuned(model: str, features: np.ndarray, values: np.ndarray) -> list[float]:
    """Logarithms of the Gaussian process's fitted hyper-parameters; empty for boosted trees."""
    if model == "boosted_trees":
        return []
    rows = np.random.default_rng(0).permutation(len(values))[:TUNING_ROWS]
    return gaussian_process(None).fit(features[rows], values[rows]).kernel_.theta.tolist()


def _fit(model: str, features: np.ndarray, values: np.ndarray, parameters: list[float]) -> Fitted:
    """The fitted regressor."""
    if model == "gaussian_process":
        return PosteriorMean.fit(features, values, parameters)
    from sklearn.ensemble import HistGradientBoostingRegressor

    regressor = HistGradientBoostingRegressor(
        max_iter=600, learning_rate=0.05, max_leaf_nodes=8, random_state=0
    )
    fitted: Fitted = regressor.fit(features, values)
    return fitted


@dataclass(frozen=True)
class PosteriorMean:
    """The posterior mean of a Gaussian process with fixed hyper-parameters, which a file can hold.

    parameters: logarithms of the hyper-parameters.
    rows:       (n, d) features of the training rows.
    weights:    (n,) the training rows' parts in a prediction.
    scale:      (2,) mean and standard deviation of the values.
    """

    parameters: list[float]
    rows: np.ndarray
    weights: np.ndarray
    scale: np.ndarray

    @classmethod
    def fit(cls, rows: np.ndarray, values: np.ndarray, parameters: list[float]) -> "PosteriorMean":
        scale = np.array([values.mean(), values.std() or 1.0])
        process = gaussian_process(parameters).fit(rows, (values - scale[0]) / scale[1])
        return cls(parameters, rows, process.alpha_, scale)

    def write(self, path: Path) -> None:
        with written_beside(path) as beside, open(beside, "wb") as file:
            np.savez(file, rows=self.rows, weights=self.weights, scale=self.scale)

    @classmethod
    def read(cls, path: Path, parameters: list[float]) -> "PosteriorMean":
        with np.load(path) as kept:
            return cls(parameters, kept["rows"], kept["weights"], kept["scale"])

    def predict(self, features: Floats) -> Floats:
        """The posterior mean of each row of ``features``, in the unit of the values."""
        kernel = gaussian_process(self.parameters).kernel
        mean, deviation = self.scale
        return mean + deviation * (kernel(features, self.rows) @ self.weights)


def _fitted(objective: str) -> str:
    """Name of the file with the fitted Gaussian process of an objective."""
    return f"replay_{objective}.npz"


def gaussian_process(parameters: list[float] | None) -> "GaussianProcessRegressor":
    """A Gaussian process with a linear and an RBF kernel and noise.

    ``parameters`` are the logarithms of the hyper-parameters, which then stay fixed. With None they
    are fitted.
    """
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel

    free = (1e-4, 1e5)
    linear = ConstantKernel(0.1, free) * DotProduct(1.0, "fixed")
    smooth = ConstantKernel(1.0, free) * RBF(6.0, free)
    kernel = linear + smooth + WhiteKernel(0.01, (1e-6, 1e2))
    if parameters is None:
        return GaussianProcessRegressor(kernel, normalize_y=True)
    return GaussianProcessRegressor(kernel.clone_with_theta(parameters), optimizer=None)
