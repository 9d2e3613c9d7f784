import numpy as np
import pandas as pd
import pytest
from helpers.paper_tables import curves

from archfront.paper.tactics import compared, rank_biserial


def test_tactics_are_compared_seed_by_seed():
    table = curves(concurrent=1, full=0.5, random=1).query("tactic != 'full' or validations <= 60")
    found = compared(table).set_index("tactic")
    assert (found["against"] == "concurrent").all()
    assert (found["validations"] == 60).all() and (found["seeds"] == 5).all()
    assert found.loc["full", "difference"] == pytest.approx(0.3)
    assert found.loc["full", "p"] == pytest.approx(0.0625) and found.loc["full", "effect"] == 1
    assert found.loc["random", "difference"] == 0 and found.loc["random", "p"] == 1
    assert np.isnan(found.loc["concurrent", "p"])


def test_both_algorithms_are_compared_with_all_others():
    found = compared(curves(concurrent=1, concurrent_paper=0.8, full=0.5))
    by = found.set_index(["against", "tactic"])["difference"]
    assert by["concurrent_paper", "full"] == pytest.approx(0.3)
    assert by["concurrent", "full"] == pytest.approx(0.5)
    assert by["concurrent_paper", "concurrent"] == pytest.approx(-0.2)


def test_the_rank_biserial_correlation_by_hand():
    # ranks 1, 2, 3, 4: the one against has rank 2; (8 - 2) / 10.
    assert rank_biserial(pd.Series([1.0, -2.0, 3.0, 4.0, 0.0])) == pytest.approx(0.6)
    assert rank_biserial(pd.Series([0.0, 0.0])) == 0
