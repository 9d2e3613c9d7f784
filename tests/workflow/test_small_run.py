"""A whole run on the instant super-network: what is there, and what a change does again."""

import json
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from helpers.figure_files import assert_drawn
from helpers.runs import CONFIG, ROOT, Folder, assert_same_tables

from archfront.core.pareto import costs

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
        assert_drawn(results / "figures", name)
    for tactic in TACTICS:
        assert (results / "seed1" / tactic / "front.csv").exists()
    provenance = json.loads((results / "provenance.json").read_text())
    assert provenance["hosts"] and provenance["experiment"]["sampling"]["count"] == 12


def test_a_budget_is_a_number_of_distinct_sub_networks(finished):
    for tactic in TACTICS:
        rows = archive(finished, tactic)
        counts = rows["iteration"].value_counts().sort_index().tolist()
        assert counts == ([12, 4] if "full" in tactic else [6, 3, 3])
        assert len(rows) == rows["digest"].nunique()
        # Nothing is proposed that is not measured.
        assert not (finished.results / "seed1" / tactic / "iteration3").exists()


def test_concurrent_starts_from_small_to_large_the_others_from_the_samples(finished):
    start = pd.read_csv(finished.results / "seed1/start/population.csv")
    samples = pd.read_csv(finished.results / "seed1/samples/population.csv")
    for tactic in TACTICS:
        if tactic.endswith("_popdb"):
            continue  # see test_the_constrained_search_stays_in_its_space
        first = archive(finished, tactic).query("iteration == 0")["digest"].tolist()
        assert first == (samples if "full" in tactic else start)["digest"].tolist()
    assert not set(samples["digest"][2:]) & set(start["digest"])  # the extremes are in both
    assert (samples["digest"][:2] == start["digest"][:2]).all()


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
    for name, values in constraint["allowed"].items():
        assert rows[name].dropna().isin(values).all()


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
    assert assert_same_tables(again.results, finished.results) > 30


def documented(text, finished):
    """Columns in backticks, with those that stand for several written out."""
    archive = pd.read_csv(finished.results / "seed1/single/full/archive.csv")
    parameters = [name for name in archive if re.fullmatch("(ks|e|d)_[0-9]+", name)]
    columns = set()
    for name in re.findall(r"`([\w<>]+)`", text):
        if name == "<parameter>":
            columns.update(parameters)
        elif "<objective>" in name:
            named = ("top1", "latency", "macs", "params")
            columns.update(name.replace("<objective>", objective) for objective in named)
        else:
            columns.add(name)
    return columns


@pytest.mark.parametrize(
    ("table", "heading"),
    [
        ("seed1/samples/population.csv", "`seed<n>/samples/population.csv`"),
        ("seed1/samples/measured/top1/0.csv", "`measured/<objective>"),
        ("seed1/single/full/archive.csv", "`archive.csv`"),
        ("seed1/single/full/front.csv", "`archive.csv`"),
        ("seed1/single/full/history.csv", "`history.csv`"),
        ("learning_curves/single/curve.csv", "`learning_curves/<platform>/curve.csv`"),
        ("seed1/popdb/frequencies.csv", "`seed<n>/popdb/frequencies.csv`"),
        ("summary.csv", "`summary.csv`"),
    ],
)
def test_every_column_is_documented(finished, table, heading):
    text = (ROOT / "docs" / "files.md").read_text()
    text = text[text.index("\n" + heading) :]
    rows = re.search(r"\| column \| meaning \|\n\|---\|---\|\n((?:\|.*\n)+)", text)[1]
    told = documented("\n".join(row.split("|")[1] for row in rows.splitlines()), finished)
    there = set(pd.read_csv(finished.results / table))
    optional = {name for name in told if re.search("(top1|latency|macs|params|remarks|true)", name)}
    assert there <= told and told - there <= optional


def test_every_column_behind_a_figure_is_documented(finished):
    text = (ROOT / "docs" / "files.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (`.*) \|$", text[text.index("| figure |") :], re.M)
    drawn = {path.stem for path in (finished.results / "figures").glob("*.csv")}
    assert {figure for figure, _ in rows} == drawn | {"look_up"}
    for figure, columns in rows:
        if figure not in drawn:
            continue
        there = set(pd.read_csv(finished.results / "figures" / f"{figure}.csv"))
        told = documented(columns, finished)
        assert there <= told and told - there <= {"macs", "params", "true_share"} | {
            f"predicted_{name}" for name in ("macs", "params")
        }


TEXT = "</script><script>document.title = 'taken'</script><!--<script>"


@pytest.fixture(scope="module")
def report(finished, tmp_path_factory) -> str:
    """The report on the finished run, whose config has a text that a browser takes for a script."""
    folder = finished.copy(tmp_path_factory.mktemp("reported") / "run")
    platforms = {**CONFIG["platforms"], "single": {"batch_size": 1, "model": TEXT}}
    folder.write(CONFIG | {"platforms": platforms})
    reported = folder.run("--report", "report.html")
    assert reported.returncode == 0, reported.stderr[-3000:]
    return (folder.path / "report.html").read_text()


def test_the_report_is_there_and_needs_no_network(report):
    for name in ("fronts", "hypervolume", "concurrent_evolution", "clusters", "summary"):
        assert f"{name}." in report
    assert 'src="http' not in report and 'href="http' not in report.split("<body")[0]


def test_a_text_of_the_config_is_no_script_in_the_report(report):
    """The report holds the parameters of jobs, and these hold the config."""
    assert TEXT not in report and TEXT.replace("<", r"\u003c") in report
