"""Optuna's samplers: NSGA-II and the tree-structured Parzen estimator, as they come.

Akiba et al., "Optuna: A Next-generation Hyperparameter Optimization Framework", KDD 2019. They know
nothing of canonical forms: what they propose again is drawn again, at random in the end.
`pip install optuna`.
"""

from abc import abstractmethod

import numpy as np

from archfront.search.tactic import Tactic

GENERATION = "NSGAIISampler:generation"
"""Where Optuna keeps which generation a trial is of."""
DRAWS = 20
"""How often at most, per sub-network that is wanted, a sampler is asked."""


class _Optuna(Tactic):
    @abstractmethod
    def sampler(self, optuna, seed: int):
        """The sampler, of the module ``optuna``."""

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
        rows, costs = self.measured[self.there()], self.costs()
        inside = own.contained_in(rows, self.space)
        rows = own.convert(rows[inside], self.space)
        for number, (row, values) in enumerate(zip(rows, costs[inside], strict=True)):
            chosen = {n: c.choices[i] for (n, c), i in zip(choices.items(), row, strict=True)}
            study.add_trial(
                optuna.trial.create_trial(
                    params=chosen,
                    distributions=choices,
                    values=values.tolist(),
                    system_attrs={GENERATION: number // self.settings.population},
                )
            )
        proposed: list[list[int]] = []
        fresh = np.empty((0, len(self.space)), np.int16)
        while len(fresh) < count and len(proposed) < DRAWS * count:
            for _ in range(count - len(fresh)):
                trial = study.ask(choices)
                proposed.append([choices[n].choices.index(trial.params[n]) for n in names])
            fresh = np.array(proposed, np.int16)
            known = set(own.keys(self.measured))
            full = own.keys(self.space.convert(fresh, own))
            fresh = fresh[[key not in known for key in full]]
            fresh = fresh[self.space.first_occurrences(fresh)]
        return self.new(fresh, count, seed)


class OptunaNSGA2(_Optuna):
    """Population as the search's."""

    def sampler(self, optuna, seed: int):
        return optuna.samplers.NSGAIISampler(population_size=self.settings.population, seed=seed)


class OptunaTPE(_Optuna):
    """All parameters independently, its default."""

    def sampler(self, optuna, seed: int):
        return optuna.samplers.TPESampler(seed=seed)
