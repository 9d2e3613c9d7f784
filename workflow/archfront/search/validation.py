"""NSGA-II on measurements alone: no predictors (the paper's validation-only search, Fig. 10)."""

import numpy as np

from archfront.core.types import Indices
from archfront.search.crowding import best, crowded_ranks
from archfront.search.evolution import with_hidden_genes
from archfront.search.nsga2 import offspring
from archfront.search.tactic import Tactic


class ValidationSearch(Tactic):
    """The parents are the best measured sub-networks by non-dominated rank and crowding distance,
    ``settings.population`` of them. NSGA-II's survival selects the same ones. A batch consists of
    their children; with fewer than two parents it is random."""

    search_settings = "population", "crossover", "mutation"

    def propose(self, count: int, seed: int) -> Indices:
        own, random = self.supernet.space, np.random.default_rng(seed)
        rows, costs = self.measured[self.there()], self.costs()
        inside = own.contained_in(rows, self.space)
        rows, costs = own.convert(rows[inside], self.space), costs[inside]
        kept = best(costs, self.settings.population)
        if len(kept) < 2:
            return self.new(np.empty((0, len(self.space)), np.int16), count, seed)
        _, crowding = crowded_ranks(costs[kept])
        children, _ = offspring(
            self.space,
            with_hidden_genes(self.space, rows[kept], seed),
            costs[kept],
            crowding,
            self.space.hashes(rows),
            count,
            self.settings.crossover,
            self.settings.mutation_rate,
            random,
        )
        return self.new(children, count, seed)
