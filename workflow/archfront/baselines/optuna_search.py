"""Optuna's samplers without changes: NSGA-II and the tree-structured Parzen estimator.

Akiba et al., "Optuna: A Next-generation Hyperparameter Optimization Framework", KDD 2019. The
samplers do not know canonical forms. A sampler is asked again for each sub-network that is not new;
in the end random sub-networks fill the batch. Optuna belongs to the extra
``rivals``.
"""

from abc import abstractmethod
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from archfront.core.extras import explained
from archfront.core.pareto import Shares
from archfront.search.tactic import Tactic

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

GENERATION = "NSGAIISampler:generation"
"""Name of the attribute in which Optuna stores the generation of a trial."""
DRAWS = 20
"""Maximum number of draws from a sampler per sub-network of the batch."""


class _Optuna(Tactic):
    packages = ("optuna",)

    @abstractmethod
    def sampler(self, optuna: ModuleType, seed: int) -> "BaseSampler":
        """The sampler. ``optuna`` is the imported module."""

    @explained()
    def propose(self, count: int, seed: int) -> np.ndarray:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        study = optuna.create_study(
            directions=["minimize"] * len(self.objectives), sampler=self.sampler(optuna, seed)
        )
        names, own = self.space.names, self.supernet.space
        choices = {
            name: optuna.distributions.CategoricalDistribution(parameter.values)
            for name, parameter in zip(names, self.space.parameters, strict=True)
        }
        # Optuna's samplers compute hypervolumes.
        rows, costs = self.measured[self.there()], Shares()(self.costs())
        inside = own.contained_in(rows, self.space)
        rows = own.convert(rows[inside], self.space)
        for number, (row, values) in enumerate(zip(rows, costs[inside], strict=True)):
            chosen = {n: c.choices[i] for (n, c), i in zip(choices.items(), row, strict=True)}
            study.add_trial(
                optuna.trial.create_trial(
                    params=chosen,
                    distributions={**choices},
                    values=values.tolist(),
                    system_attrs={GENERATION: number // self.settings.population},
                )
            )
        proposed: list[list[int]] = []
        fresh = np.empty((0, len(self.space)), np.int16)
        while len(fresh) < count and len(proposed) < DRAWS * count:
            for _ in range(count - len(fresh)):
                trial = study.ask({**choices})
                proposed.append([choices[n].choices.index(trial.params[n]) for n in names])
            fresh = np.array(proposed, np.int16)
            known = set(own.keys(self.measured))
            full = own.keys(self.space.convert(fresh, own))
            fresh = fresh[[key not in known for key in full]]
            fresh = fresh[self.space.first_occurrences(fresh)]
        return self.new(fresh, count, seed)


class OptunaNSGA2(_Optuna):
    """Optuna's NSGA-II, with the population size of the search settings."""

    search_settings = ("population",)

    def sampler(self, optuna: ModuleType, seed: int) -> "BaseSampler":
        return optuna.samplers.NSGAIISampler(population_size=self.settings.population, seed=seed)


class OptunaTPE(_Optuna):
    """Optuna's tree-structured Parzen estimator. It samples each parameter independently, which is
    its default."""

    def sampler(self, optuna: ModuleType, seed: int) -> "BaseSampler":
        return optuna.samplers.TPESampler(seed=seed)
