"""Past runs as tables."""

import pandas as pd
import pytest
from instant import Instant

from archfront.results import fronts, searches, value_shares


def test_past_runs_are_listed(finished):
    found = searches(finished.path / "results")
    assert set(found["experiment"]) == {"small"} and len(found) == 5
    assert found["hypervolume"].notna().all()
    table = fronts(finished.path / "results")
    assert table.groupby(["platform", "tactic"]).ngroups == 5
    sizes = found.set_index(["platform", "tactic", "seed"])["front_size"]
    counted = table.groupby(["platform", "tactic", "seed"]).size()
    assert sizes.sort_index().tolist() == counted.sort_index().tolist()


def test_the_values_of_a_front_are_counted(finished):
    shares = value_shares(Instant().space, fronts(finished.path / "results"))
    assert shares.groupby("parameter")["frequency"].sum().dropna().to_numpy() == pytest.approx(1)


def test_without_results_there_is_nothing(tmp_path):
    assert isinstance(searches(tmp_path), pd.DataFrame)
    assert searches(tmp_path).empty and fronts(tmp_path).empty
