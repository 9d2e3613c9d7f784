"""A whole run on the instant super-network: what is there, and what a change does again."""

import json
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from runs import CONFIG, Folder

from archfront.search.pareto import costs

TACTICS = [
    "single/full",
    "single/concurrent",
    "batched/full",
    "batched/concurrent",
    "batched/concurrent_popdb",
]


def archive(folder, tactic):
    return pd.read_csv(folder.results / "seed1" / tactic / "archive.csv")


def test_every_result_is_there(finished):
    results = finished.results
    summary = pd.read_csv(results / "summary.csv")
    assert sorted(summary["platform"] + "/" + summary["tactic"]) == sorted(TACTICS)
    for name in (
        *("fronts", "hypervolume", "concurrent_evolution", "search_evolution"),
        *("predictor_error", "actual_predicted", "clusters"),
    ):
        for suffix in ("png", "svg", "csv"):
            assert (results / "figures" / f"{name}.{suffix}").stat().st_size > 100
    for tactic in TACTICS:
        assert (results / "seed1" / tactic / "front.csv").exists()
    provenance = json.loads((results / "provenance.json").read_text())
    assert provenance["hosts"] and provenance["experiment"]["sampling"]["count"] == 12


def test_a_budget_is_a_number_of_distinct_sub_networks(finished):
    for tactic in TACTICS:
        rows = archive(finished, tactic)
        expected = 12 + (4 if "full" in tactic else 2 * 3)
        assert len(rows) == rows["digest"].nunique() == expected
        counts = rows["iteration"].value_counts().sort_index().tolist()
        assert counts == ([12, 4] if "full" in tactic else [12, 3, 3])


def test_nothing_is_measured_twice(finished):
    counts = Counter(finished.taken())
    top1 = [n for line, n in counts.items() if line.startswith("top1")]
    assert set(top1) == {1}
    # Latency: once per platform.
    assert max(counts.values()) <= 2
    rows = pd.concat(archive(finished, tactic) for tactic in TACTICS)
    assert len(top1) == rows["digest"].nunique()


def test_a_front_is_measured_and_not_dominated(finished):
    for tactic in TACTICS:
        rows, front = archive(finished, tactic), pd.read_csv(
            finished.results / "seed1" / tactic / "front.csv"
        )  # fmt: skip
        everything = costs(rows[["top1", "latency"]], ["top1", "latency"])
        for point in costs(front[["top1", "latency"]], ["top1", "latency"]):
            better = (everything <= point).all(axis=1) & (everything < point).any(axis=1)
            assert not better.any()
        assert set(front["digest"]) <= set(rows["digest"])


def test_the_hypervolume_curve_never_falls_and_ends_as_summarised(finished):
    curves = pd.read_csv(finished.results / "figures" / "hypervolume.csv")
    summary = pd.read_csv(finished.results / "summary.csv").set_index(["platform", "tactic"])
    for run, curve in curves.groupby(["platform", "tactic"]):
        assert (np.diff(curve["hypervolume"]) >= 0).all()
        assert curve["hypervolume"].iloc[-1] == pytest.approx(summary.loc[run, "hypervolume"])


def test_the_constrained_search_stays_in_its_space(finished):
    constraint = json.loads((finished.results / "seed1" / "popdb" / "constraint.json").read_text())
    rows = archive(finished, "batched/concurrent_popdb")
    proposed = rows[rows["iteration"] > 0]
    for name, values in constraint["allowed"].items():
        assert proposed[name].dropna().isin(values).all()


def test_nothing_changed_nothing_runs(finished, tmp_path):
    folder = finished.copy(tmp_path / "copy")
    done = folder.run()
    assert done.returncode == 0 and "Nothing to be done" in done.stderr + done.stdout


def changed(finished, tmp_path, **parts):
    """Run a copy of the finished run with another config; the lines newly measured."""
    folder = finished.copy(tmp_path / "copy")
    before = len(folder.taken())
    folder.write({k: v | parts[k] if k in parts and isinstance(v, dict) else parts.get(k, v)
                  for k, v in CONFIG.items()})  # fmt: skip
    done = folder.run()
    assert done.returncode == 0, done.stderr[-5000:]
    return folder, folder.taken()[before:]


def test_one_more_iteration_measures_that_iteration(finished, tmp_path):
    folder, new = changed(finished, tmp_path, concurrent={"iterations": 3, "batch": 3})
    rows = archive(folder, "single/concurrent")
    assert rows["iteration"].max() == 3
    assert 0 < len(new) <= 3 * 3 * 2  # three runs, three sub-networks, two objectives
    old = archive(finished, "single/concurrent")
    assert rows[rows["iteration"] < 3].equals(old)


def test_other_chunks_measure_nothing(finished, tmp_path):
    _, new = changed(finished, tmp_path, measurement={"chunk_size": 4, "attempts": 1})
    assert new == []


def test_more_samples_measure_the_new_ones_and_what_follows(finished, tmp_path):
    folder, new = changed(finished, tmp_path, sampling={"count": 14})
    before = pd.read_csv(finished.results / "seed1" / "samples" / "population.csv")
    after = pd.read_csv(folder.results / "seed1" / "samples" / "population.csv")
    assert after[:12].equals(before)
    assert not set(new) & {f"top1 {digest}" for digest in before["digest"]}


def test_a_wrong_config_dies_at_once_and_writes_nothing(tmp_path):
    folder = Folder(tmp_path / "run", CONFIG | {"serach": {"population": 3}})
    done = folder.run()
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "serach: unknown key" in said and "did you mean 'search'?" in said
    assert not (folder.path / "results").exists()


@pytest.mark.slow
def test_the_same_config_gives_the_same_bytes(finished, tmp_path):
    again = Folder(tmp_path / "again")
    assert again.run().returncode == 0
    tables = [p.relative_to(finished.results) for p in finished.results.rglob("*.csv")]
    assert len(tables) > 30
    for table in tables:
        assert (finished.results / table).read_bytes() == (again.results / table).read_bytes()
