"""Tactics: the choice of the next batch to measure, given all earlier measurements.

Every search that measures in batches is one object with :meth:`Tactic.ask` and
:meth:`Tactic.tell`. It can therefore run in any loop: a scheduler, a service, the training of a
super-network. The workflow makes a new object per iteration and tells it all earlier measurements.
The proposals of a tactic must therefore depend only on its arguments and on these measurements.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd

from archfront.core.archive import read_measured
from archfront.core.files import write_json, write_table
from archfront.core.objective import OBJECTIVES, exact
from archfront.core.pareto import costs_and_excess, excess, penalised
from archfront.core.population_table import with_digests
from archfront.core.reference import ReferencePoint, reference_point
from archfront.core.space import SearchSpace
from archfront.core.supernet import SuperNetwork
from archfront.core.types import Booleans, Floats, Indices
from archfront.predictors.kinds import AUTO
from archfront.predictors.predictor import AnyPredictor, save
from archfront.search.evolution import History, history_table
from archfront.search.live_measurement import Live
from archfront.search.proposal import SearchSettings, stream_seed
from archfront.search.sampling import filled
from archfront.search.success import Success, fit_success

SEARCH_SETTINGS = tuple(field.name for field in fields(SearchSettings))
"""The keys of the section ``search`` of the config."""
LOOP_KEYS = tuple(
    f"concurrent.{name}" for name in ("iterations", "seconds", "batch", "proposals", "stagnation")
)
"""The keys of the config that every tactic that measures in batches uses."""
SEARCH_KEYS = (
    *("predictors", "concurrent.live", "concurrent.live_populations"),
    *(f"search.{name}" for name in SEARCH_SETTINGS),
)
"""The keys of the config that every search on predictors uses, full search included."""


class Tactic(ABC):
    """Arguments:

    objectives: names of the objectives; :data:`~archfront.core.objective.OBJECTIVES` says which are
                maximised.
    kinds:      kind of predictor per measured objective; see ``predictors`` in the config. An
                objective without a kind has the kind of :meth:`default_kind`. Tactics that do not
                search on predictors ignore it.
    settings:   settings of the evolutionary search.
    bounds:     the worst value that can be used, per objective.
    space:      a constrained version of the super-network's space; the whole space if None.
    look_up:    table of block latencies, if a kind in ``kinds`` is ``look_up``.
    live:       the objectives of the kind ``live``, which the search measures within a budget; for
                tactics that search on predictors.
    reference:  the reference point of the hypervolume, as returned by
                :func:`~archfront.core.reference.reference_point`; computed from the first
                measurements if None.

    :meth:`ask` sets ``predictors``; ``history``, of a search on the predictors (None without such a
    search); and ``expected_gain``, the expected hypervolume improvement of the batch, in boxes
    between ideal and reference (None if the tactic does not compute it).
    """

    states_expected_gain = False
    """Whether :attr:`expected_gain` is set after :meth:`ask`."""
    searches_on_predictors = False
    """Whether :meth:`ask` trains predictors of the given kinds and runs the search algorithm of the
    settings on them. Only such a tactic can measure objectives live."""
    search_settings: tuple[str, ...] = ()
    """The settings of the evolutionary search that the proposals depend on: names of
    :data:`SEARCH_SETTINGS`."""
    starts_small_to_large = False
    """Whether the tactic starts from sub-networks evenly from small to large (``concurrent.start``)
    instead of the random samples."""
    packages: tuple[str, ...] = ()
    """Modules of optional packages that the tactic imports."""

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """The keys of the config that the tactic uses, of those that not every tactic uses. They
        follow from the attributes of the class."""
        found = [*LOOP_KEYS]
        if cls.searches_on_predictors:
            found += SEARCH_KEYS
        found += [f"search.{name}" for name in cls.search_settings]
        if cls.starts_small_to_large:
            found.append("concurrent.start")
        if cls.states_expected_gain:
            found.append("concurrent.least_gain")
        return tuple(dict.fromkeys(found))

    @classmethod
    def default_kind(cls, objective: str) -> str:
        """The kind of predictor of an objective without one in ``kinds``."""
        return AUTO

    def __init__(
        self,
        supernet: SuperNetwork,
        objectives: list[str],
        kinds: Mapping[str, str],
        settings: SearchSettings,
        seed: int,
        bounds: Mapping[str, float] | None = None,
        space: SearchSpace | None = None,
        look_up: pd.DataFrame | None = None,
        reference: ReferencePoint | None = None,
        live: Mapping[str, Live] | None = None,
    ):
        self.supernet, self.objectives = supernet, objectives
        measured = [n for n in objectives if OBJECTIVES[n].evaluation != "exact"]
        self.kinds = {n: self.default_kind(n) for n in measured} | dict(kinds)
        self.settings, self.bounds, self.seed = settings, dict(bounds or {}), seed
        self.space = supernet.space if space is None else space
        self.reference, self.look_up, self.live = reference, look_up, dict(live or {})
        self.measured: Indices = np.empty((0, len(supernet.space)), np.int16)
        self.taken: set[str] = set()  # digests of the measured sub-networks
        self.values = pd.DataFrame(columns=objectives, dtype=float)
        self.learned: tuple[Indices, Mapping[str, Floats]] | None = None
        self.predictors: dict[str, AnyPredictor] = {}
        self.history: History | None = None
        self.expected_gain: float | None = None

    def tell(self, population: Indices, values: Mapping[str, Floats]) -> None:
        """Add measurements: rows of the super-network's space, and float64 ``n`` per objective (and
        bound), in its unit, NaN where a measurement failed. A sub-network whose measurement failed
        is not proposed again."""
        names = dict.fromkeys([*self.objectives, *self.bounds])
        told = pd.DataFrame({name: np.asarray(values[name], float) for name in names})
        if self.reference is None:
            self.reference = reference_point(told, self.objectives, None, self.bounds)
        self.measured = np.concatenate([self.measured, population])
        self.taken.update(self.supernet.space.digests(population))
        for name, one in self.live.items():
            one.tell(population, told[name])
        self.values = (
            pd.concat([self.values, told], ignore_index=True) if len(self.values) else told
        )

    def learn(self, population: Indices, values: Mapping[str, Floats]) -> None:
        """Set the measurements of another platform; the arguments are those of :meth:`tell`.

        These sub-networks do not count as measured: the tactic may propose them. A tactic may train
        its predictors on these measurements; other tactics ignore them.
        """
        self.learned = population, values

    def read(self, archive: str | Path, learned: str | Path | None) -> None:
        """:meth:`tell` the archive in a file, and :meth:`learn` from another one if it is given."""
        self.tell(*read_measured(self.supernet.space, archive))
        if learned:
            self.learn(*read_measured(self.supernet.space, learned))

    def ask(self, count: int) -> Indices:
        """``count`` sub-networks to measure next, rows of ``space``; fewer only if the space has no
        more. The first batch, before any measurement, is that of :meth:`first`."""
        if not len(self.measured):
            return self.first(min(count, self.space.size))
        return self.propose(count, stream_seed(self.seed, len(self.measured)))

    def first(self, count: int) -> Indices:
        """The first batch: random sub-networks by default."""
        return self.space.sample(count, self.seed)

    @abstractmethod
    def propose(self, count: int, seed: int) -> Indices:
        """The batch that :meth:`ask` returns once measurements exist. ``seed`` depends on the
        number of measurements."""

    def success(self) -> Success | None:
        """The probability that a measurement succeeds; None as long as no measurement failed."""
        return fit_success(self.supernet, self.measured, self.values)

    def there(self) -> Booleans:
        """Whether each measurement is complete (no objective is NaN): bool ``n``."""
        complete: Booleans = self.values[self.objectives].notna().all(axis=1).to_numpy()
        return complete

    def costs_and_excess(self) -> tuple[Floats, Floats]:
        """Costs of the complete measurements, lower is better: float64 ``n x m``; and their excess
        over the bounds: float64 ``n``, 0 within the bounds, 1 where a bounded value is NaN."""
        values = self.values[self.there()]
        found, beyond = costs_and_excess(values, self.objectives, self.bounds)
        return found, np.nan_to_num(beyond, nan=1.0)

    def costs(self) -> Floats:
        """Costs of the complete measurements, lower is better: float64 ``n x m``. A row beyond the
        bounds is worse than all rows within the bounds."""
        return penalised(*self.costs_and_excess())

    def first_cost(self) -> Floats:
        """Costs of the complete measurements in the first objective, lower is better: float64
        ``n``. Rows beyond the bounds have the worst cost of the rows within the bounds. All costs
        are 0 if no row is within the bounds."""
        found, beyond = self.costs_and_excess()
        costs, within = found[:, 0], beyond == 0
        return np.where(within, costs, costs[within].max() if within.any() else 0.0)

    def may_be_measured(self, rows: Indices) -> Booleans:
        """Whether each row of the super-network's space is within the bounds on exact objectives:
        bool ``n``."""
        bounds = {n: b for n, b in self.bounds.items() if OBJECTIVES[n].evaluation == "exact"}
        values = {n: exact(OBJECTIVES[n], self.supernet, rows) for n in bounds}
        within: Booleans = np.zeros(len(rows)) + excess(values, bounds) == 0
        return within

    def new(self, candidates: Indices, count: int, seed: int) -> Indices:
        """The first ``count`` distinct rows of ``space`` that were not measured: ``candidates``,
        then random rows."""
        return filled(self.space, candidates, self.taken, count, seed)


def write_proposal(
    asked: Tactic,
    batch: Indices,
    population: str,
    history: str,
    predictors: str,
    expected_gain: str,
) -> None:
    """Write the batch of a tactic, its history, its predictors and its expected gain to these four
    files."""
    write_table(population, with_digests(asked.space, batch))
    write_table(history, history_table(asked.space, asked.history, asked.objectives))
    save(asked.predictors, predictors)
    write_json(expected_gain, {"expected_gain": asked.expected_gain})
