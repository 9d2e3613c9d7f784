import numpy as np
import pandas as pd
import pytest

from archfront.analytics.normalised import latency_ranges, normalised_latency
from archfront.core.files import write_table

SETTINGS = {
    "objectives": ["top1", "latency"],
    "seeds": [1],
    "platforms": {"here": {}},
    "tactics": ["full", "concurrent"],
    "popdb": {"enabled": False},
    "warm_start": {"tactics": []},
}


def test_equation_2_by_hand():
    """l_min 2, l_max 10 over both runs: 4 ms is (4 - 2) / 10."""
    values = normalised_latency(pd.Series([2.0, 4.0, 10.0, np.nan]), {"l_min": 2, "l_max": 10})
    assert values.tolist()[:3] == pytest.approx([0, 0.2, 0.8]) and np.isnan(values[3])


def test_the_range_is_that_of_all_runs_on_a_platform(tmp_path):
    for tactic, latencies in (("full", [4.0, 10.0]), ("concurrent", [2.0, np.nan])):
        table = pd.DataFrame({"latency": latencies, "reason": ["", "x"]})
        write_table(tmp_path / f"seed1/here/{tactic}/archive.csv", table)
    assert latency_ranges(tmp_path, SETTINGS) == {"here": {"l_min": 2.0, "l_max": 10.0}}
    assert latency_ranges(tmp_path, SETTINGS | {"objectives": ["top1", "macs"]}) == {}
