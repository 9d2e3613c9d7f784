import numpy as np
from helpers.searches import asked_and_told

from archfront.core.pareto import front_mask
from archfront.search.proposal import SearchSettings
from archfront.search.validation import ValidationSearch


def test_validations_alone_lead_to_better_children():
    """Parents are the best of all that was measured: later batches are better than earlier ones."""
    settings = SearchSettings("nsga2", 10, 1, 0.9)
    shares = []
    for seed in (1, 2, 3):
        made = asked_and_told(8, ValidationSearch, batch=10, settings=settings, seed=seed)
        shares.append(front_mask(np.column_stack([-made.values["top1"], made.values["macs"]])))
    early, late = np.sum(shares, axis=0)[:40], np.sum(shares, axis=0)[40:]
    assert late.sum() > 1.5 * early.sum()
