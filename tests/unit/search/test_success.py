import numpy as np
import pandas as pd
import pytest
from instant import Instant

from archfront.search.success import LIKELY, fit_success, shortfall


def test_without_failures_or_without_successes_nothing_is_learned():
    supernet = Instant()
    rows = supernet.space.sample(4, 1)
    for values in (np.arange(4.0), np.full(4, np.nan)):
        assert fit_success(supernet, rows, pd.DataFrame({"top1": values})) is None


def test_sub_networks_like_those_that_failed_are_unlikely_to_succeed():
    supernet = Instant()
    rows = supernet.space.sample(60, 1)
    macs = supernet.exact("macs", rows)
    values = pd.DataFrame({"top1": np.where(macs > 30, np.nan, 70.0), "latency": macs})
    success = fit_success(supernet, rows[:40], values[:40])
    found = success(rows)
    assert ((found >= 0) & (found <= 1)).all()
    assert ((found[40:] < LIKELY) == (macs[40:] > 30)).mean() >= 0.85


def test_the_shortfall_by_hand():
    assert shortfall(np.array([0.1, LIKELY, 0.9])) == pytest.approx([LIKELY - 0.1, 0, 0])
