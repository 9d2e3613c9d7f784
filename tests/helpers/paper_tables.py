"""Tables as the paper's figures write them."""

import pandas as pd

SEEDS = range(1, 6)


def curves(**reached):
    """Figure 10's table: hypervolume rises in ten equal steps to each tactic's factor."""
    rows = [
        {
            "experiment": "one",
            "platform": "cpu",
            "tactic": tactic,
            "seed": seed,
            "validations": validations,
            "hypervolume": factor * validations / 100,
        }
        for tactic, factor in reached.items()
        for seed in SEEDS
        for validations in range(10, 101, 10)
    ]
    return pd.DataFrame(rows)
