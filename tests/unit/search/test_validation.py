import numpy as np
from helpers.searches import asked_and_told

from archfront.core.pareto import front_mask
from archfront.search.proposal import SearchSettings, stream_seed
from archfront.search.validation import ValidationSearch


def test_children_mutate_at_the_rate_of_the_settings():
    """Without crossover and mutation the parents have no new children: the batch is random."""

    def batch(mutation):
        settings = SearchSettings("nsga2", 10, 1, 0.0, mutation)
        made = asked_and_told(2, ValidationSearch, batch=10, settings=settings)
        return made, made.ask(10)

    made, usual = batch(None)
    assert np.array_equal(usual, batch(1 / 10)[1]) and not np.array_equal(usual, batch(0.5)[1])
    none = np.empty((0, len(made.space)), np.int16)
    random = made.new(none, 10, stream_seed(made.seed, len(made.measured)))
    assert np.array_equal(batch(0.0)[1], random)


def test_validations_alone_lead_to_better_children():
    """Parents are the best of all that was measured: later batches are better than earlier ones."""
    settings = SearchSettings("nsga2", 10, 1, 0.9)
    shares = []
    for seed in (1, 2, 3):
        made = asked_and_told(8, ValidationSearch, batch=10, settings=settings, seed=seed)
        shares.append(front_mask(np.column_stack([-made.values["top1"], made.values["macs"]])))
    early, late = np.sum(shares, axis=0)[:40], np.sum(shares, axis=0)[40:]
    assert late.sum() > 1.5 * early.sum()
