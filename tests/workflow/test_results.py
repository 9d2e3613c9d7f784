"""Past runs as tables."""

import shutil

import numpy as np
import pandas as pd
import pytest
from instant import Instant

from archfront.analytics.results import fronts, searches, value_shares
from archfront.core.archive import front
from archfront.pages import found
from archfront.pages.project import Project


def test_past_runs_are_listed(finished):
    table = searches(finished.path / "results")
    assert set(table["experiment"]) == {"small"} and len(table) == 5
    assert table["hypervolume"].notna().all()
    sizes = table.set_index(["platform", "tactic", "seed"])["front_size"]
    table = fronts(finished.path / "results")
    assert table.groupby(["platform", "tactic"]).ngroups == 5
    counted = table.groupby(["platform", "tactic", "seed"]).size()
    assert sizes.sort_index().tolist() == counted.sort_index().tolist()


def test_the_values_of_a_front_are_counted(finished):
    shares = value_shares(Instant().space, fronts(finished.path / "results"))
    assert shares.groupby("parameter")["frequency"].sum().dropna().to_numpy() == pytest.approx(1)


def test_without_results_there_is_nothing(tmp_path):
    assert isinstance(searches(tmp_path), pd.DataFrame)
    assert searches(tmp_path).empty and fronts(tmp_path).empty


def test_the_pages_show_what_the_run_has_written(finished, tmp_path):
    folder = finished.copy(tmp_path / "run")
    shutil.copy(folder.path / "config.yaml", folder.results)
    project = Project(folder.path)
    rows, summary = found.measured(project, "small"), searches(folder.path / "results")
    told = summary.set_index(["seed", "platform", "tactic"])
    assert (
        rows.groupby(["seed", "platform", "tactic"]).size().to_dict()
        == told["validations"].to_dict()
    )
    best = {
        run: set(front(some, ["top1", "latency"])["digest"])
        for run, some in rows.groupby(["seed", "platform", "tactic"])
    }
    kept = fronts(folder.path / "results").groupby(["seed", "platform", "tactic"])["digest"]
    assert best == kept.agg(set).to_dict()
    curves = {run: curve[-1] for run, curve in found.curves(project, "small").items()}
    assert curves == pytest.approx(told["hypervolume"].to_dict())
    assert (found.progress_of(project, "small")["state"] != "").all()
    assert len(found.plan_of(project, found.settings_of(project, "small"))) == 3
    cloud = found.everything(project, "small", "single")
    assert set(rows[rows["platform"] == "single"]["digest"]) <= set(cloud.index)
    assert found.failures(rows).empty


def test_the_pages_say_what_was_set_aside_and_why(finished, tmp_path):
    folder = finished.copy(tmp_path / "run")
    shutil.copy(folder.path / "config.yaml", folder.results)
    path = folder.results / "seed1/single/full/archive.csv"
    table = pd.read_csv(path)
    table["reason"] = table["reason"].astype(object)
    table.loc[0, ["top1", "reason"]] = np.nan, "Top-1 accuracy: the value was nan; "
    table.to_csv(path, index=False)
    failed = found.failures(found.measured(Project(folder.path), "small"))
    assert failed.to_dict("records") == [
        {
            "platform": "single",
            "digest": table["digest"][0],
            "reason": "Top-1 accuracy: the value was nan; ",
        }
    ]
