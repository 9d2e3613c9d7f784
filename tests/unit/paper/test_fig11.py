import pandas as pd

from archfront.paper import fig11


def test_the_best_within_the_limit_by_hand():
    table = pd.DataFrame(
        {
            "tactic": ["weaknas"] * 3,
            "seed": 1,
            "top1": [70.0, 75.0, 72.0],
            "macs": [200.0, 400.0, 290.0],
            "within": [1, 0, 1],
        }
    )
    assert fig11.bests(table)["top1"].tolist() == [72.0]
