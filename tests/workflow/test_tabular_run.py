"""A whole run on a table of all sub-networks: the true front, and shares of its hypervolume."""

import itertools

import numpy as np
import pandas as pd
import pytest
from helpers.figure_files import assert_drawn
from helpers.runs import Folder

from archfront.config.layout import OnPlatform
from archfront.core.reference import read_reference_point

CONFIG = {
    "experiment": "small",
    "supernet": {
        "name": "archfront.rehearsal:Table",
        "table": "bench.csv",
        "parameters": {"op": ["first", "second", "third"], "depth": ["depth"]},
        "columns": {"top1": "accuracy", "latency": {"Pi 4": "pi", "FPGA": "fpga"}},
    },
    "platforms": {"pi": {"model": "Pi 4"}, "fpga": {"model": "FPGA"}},
    "seeds": [1],
    "tactics": ["random"],
    "popdb": {"enabled": False},
    "sampling": {"count": 10},
    "learning_curve": {"rows": [5], "trials": 1},
    "export": {"tactic": "random"},
    "budgets": {"random": {"iterations": 2, "batch": 20}},
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The folder of a finished run, and its table of measurements."""
    folder = Folder(tmp_path_factory.mktemp("tabular"), CONFIG)
    operations = ["none", "skip", "conv"]
    rows = list(itertools.product(operations, operations, operations, (1, 2, 3)))
    bench = pd.DataFrame(rows, columns=["first", "second", "third", "depth"])
    weights = {"none": 0, "skip": 1, "conv": 4}
    size = sum(bench[name].map(weights) for name in ("first", "second", "third"))
    random = np.random.default_rng(0)
    bench["accuracy"] = 60 + size * 2 + bench["depth"] + random.normal(size=len(bench))
    bench["pi"] = 1 + size * bench["depth"] + random.random(len(bench))
    bench["fpga"] = 1 + bench["depth"] * 3 + size + random.random(len(bench))
    bench.to_csv(folder.path / "bench.csv", index=False)
    told = folder.run("--cores", "1")
    assert told.returncode == 0, told.stderr[-5000:]
    return folder, bench


def best(bench, latency):
    """The rows that no other row dominates, compared pair by pair."""
    rows = bench[["accuracy", latency]].to_numpy()
    kept = [
        not any(a >= row[0] and b <= row[1] and (a, b) != tuple(row) for a, b in rows)
        for row in rows
    ]
    return bench[kept].sort_values("accuracy", ascending=False)


def area(rows, latency, reference):
    """The area that rows of (accuracy, latency) dominate, strip by strip."""
    worst = reference["latency"]
    kept = rows[(rows["accuracy"] > reference["top1"]) & (rows[latency] < worst)]
    total, floor = 0.0, reference["top1"]
    for _, row in kept.sort_values(latency, ascending=False).iloc[::-1].iterrows():
        total += max(0.0, row["accuracy"] - floor) * (worst - row[latency])
        floor = max(floor, row["accuracy"])
    return total


def test_the_true_front_is_in_the_figure(ran):
    folder, bench = ran
    drawn = pd.read_csv(folder.results / "figures/fronts.csv")
    for platform, column in (("pi", "pi"), ("fpga", "fpga")):
        rows = drawn[(drawn["tactic"] == "true_front") & (drawn["platform"] == platform)]
        true = best(bench, column)
        assert rows["top1"].tolist() == pytest.approx(true["accuracy"].tolist())
        assert rows["latency"].tolist() == pytest.approx(true[column].tolist())
    assert_drawn(folder.results / "figures", "fronts")


def test_the_share_of_the_true_hypervolume_is_in_figure_and_summary(ran):
    folder, bench = ran
    curve = pd.read_csv(folder.results / "figures/hypervolume.csv")
    summary = pd.read_csv(folder.results / "summary.csv")
    assert len(summary) == 2 and summary["remarks"].str.contains("81 of 81 sub-networks").all()
    for platform in ("pi", "fpga"):
        archive = pd.read_csv(folder.results / f"seed1/{platform}/random/archive.csv")
        told = read_reference_point(folder.results / OnPlatform(platform).reference)
        found = archive.rename(columns={"top1": "accuracy", "latency": platform})
        share = area(found, platform, told["reference"]) / area(bench, platform, told["reference"])
        last = curve[curve["platform"] == platform].iloc[-1]
        (row,) = summary[summary["platform"] == platform].itertuples()
        assert 0.5 < share < 1 and last["true_share"] == pytest.approx(share)
        assert row.true_share == pytest.approx(share) and row.validations == len(archive)


def test_no_platform_takes_anothers_latencies(ran):
    folder, bench = ran
    for platform in ("pi", "fpga"):
        archive = pd.read_csv(folder.results / f"seed1/{platform}/random/archive.csv")
        off = np.abs(archive["latency"].to_numpy()[:, None] - bench[platform].to_numpy())
        assert (off.min(axis=1) < 1e-6).all()
