"""A tactic: what to measure next, given everything that was measured before.

Every search that measures in batches is one object with :meth:`Tactic.ask` and
:meth:`Tactic.tell`, so that it sits in anybody's loop: a scheduler's, a service's, the training of
a super-network. The workflow's own loop makes one per iteration and tells it everything that was
measured before; so a tactic's proposals depend on that, on its arguments and on nothing else.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np
import pandas as pd

from archfront.core.files import write_json, write_table
from archfront.core.objective import OBJECTIVES, exact
from archfront.core.pareto import BEYOND, costs_and_excess, excess, penalised
from archfront.core.population_table import with_digests
from archfront.core.reference import reference_point
from archfront.core.space import SearchSpace
from archfront.core.supernet import SuperNetwork
from archfront.predictors.predictor import AnyPredictor, save
from archfront.search.evolution import History, history_table
from archfront.search.live_measurement import Live
from archfront.search.proposal import SearchSettings, filled, stream_seed


class Tactic(ABC):
    """Arguments:

    objectives: names; maximised ones are better when higher.
    kinds:      of predictor per measured objective; see ``predictors`` in the config. Those that
                bring predictors of their own do not look at it.
    settings:   of the evolutionary search.
    bounds:     the worst value that can be used, per objective.
    space:      a constrained version of the super-network's; its own if None.
    look_up:    table of block latencies, where ``kinds`` asks for it.
    live:       objectives that the search measures itself, of the kind ``live``; for
                ConcurrentNAS.
    reference:  of the hypervolume, as :func:`~archfront.core.reference.reference_point` gives it;
                from what is told first if None.

    After :meth:`ask` there are ``predictors`` and ``history`` (of a search on them; None without),
    and ``expected_gain``: the expected hypervolume improvement of the batch, in boxes between ideal
    and reference; None where the batch was not chosen by it.
    """

    states_expected_gain = False
    """Whether :attr:`expected_gain` is set after :meth:`ask`."""

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
        reference: dict | None = None,
        live: Mapping[str, Live] | None = None,
    ):
        self.supernet, self.objectives, self.kinds = supernet, objectives, dict(kinds)
        self.settings, self.bounds, self.seed = settings, dict(bounds or {}), seed
        self.space = supernet.space if space is None else space
        self.reference, self.look_up, self.live = reference, look_up, dict(live or {})
        self.measured = np.empty((0, len(supernet.space)), np.int16)
        self.taken: set[str] = set()  # digests of what was measured
        self.values = pd.DataFrame(columns=objectives, dtype=float)
        self.learned: tuple[np.ndarray, Mapping[str, np.ndarray]] | None = None
        self.predictors: dict[str, AnyPredictor] = {}
        self.history: History | None = None
        self.expected_gain: float | None = None

    def tell(self, population: np.ndarray, values: Mapping[str, np.ndarray]) -> None:
        """What was measured: rows of the super-network's own space, and per objective (and bound)
        float64 ``n``, NaN where a measurement failed (it is not proposed again)."""
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

    def learn(self, population: np.ndarray, values: Mapping[str, np.ndarray]) -> None:
        """What was measured on another platform, as :meth:`tell`. It counts for nothing here, and
        the sub-networks may be asked for; a tactic whose predictors can learn from it does."""
        self.learned = population, values

    def ask(self, count: int) -> np.ndarray:
        """``count`` sub-networks to measure next, rows of ``space``; fewer only where it is used
        up. Before anything was told: :meth:`first`."""
        if not len(self.measured):
            return self.first(min(count, self.space.size))
        return self.propose(count, stream_seed(self.seed, len(self.measured)))

    def first(self, count: int) -> np.ndarray:
        """Where it starts: random sub-networks."""
        return self.space.sample(count, self.seed)

    @abstractmethod
    def propose(self, count: int, seed: int) -> np.ndarray:
        """As :meth:`ask`, with a random stream of this moment."""

    def there(self) -> np.ndarray:
        """Which measurements are complete: bool ``n``."""
        return self.values[self.objectives].notna().all(axis=1).to_numpy()

    def costs(self) -> np.ndarray:
        """Of the complete measurements, lower is better; beyond the bounds worse than all that is
        not."""
        values = self.values[self.there()]
        found, beyond = costs_and_excess(values, self.objectives, self.bounds)
        return penalised(found, np.nan_to_num(beyond, nan=1.0))

    def first_cost(self) -> np.ndarray:
        """Of the complete measurements in the first objective, lower is better; beyond the bounds
        as bad as the worst within."""
        costs = self.costs()[:, 0]
        usual = costs < BEYOND
        return np.where(usual, costs, costs[usual].max() if usual.any() else 0.0)

    def may_be_measured(self, rows: np.ndarray) -> np.ndarray:
        """Which rows of the super-network's own space keep to the bounds that can be computed."""
        bounds = {n: b for n, b in self.bounds.items() if OBJECTIVES[n].evaluation == "exact"}
        values = {n: exact(OBJECTIVES[n], self.supernet, rows) for n in bounds}
        return np.zeros(len(rows)) + excess(values, bounds) == 0

    def new(self, candidates: np.ndarray, count: int, seed: int) -> np.ndarray:
        """The first ``count`` distinct rows of ``space`` that were not measured: of the
        ``candidates``, then random ones."""
        return filled(self.space, candidates, self.taken, count, seed)


def write_proposal(
    asked: Tactic,
    batch: np.ndarray,
    population: str,
    history: str,
    predictors: str,
    expected_gain: str,
) -> None:
    """The batch that a tactic asks for, and the reasons, in these four files."""
    write_table(population, with_digests(asked.space, batch))
    write_table(history, history_table(asked.space, asked.history, asked.objectives))
    save(asked.predictors, predictors)
    write_json(expected_gain, {"expected_gain": asked.expected_gain})
