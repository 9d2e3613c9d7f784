"""Runs of other tactics than the default ones, warm starts, and the rule that ends a search."""

import json

import pandas as pd
import pytest
from helpers.runs import CONFIG, Folder
from instant import Instant

from archfront.core.files import write_json
from archfront.predictors.predictor import load
from archfront.tactics import TACTICS

LOOP = {"iterations": 3, "batch": 3, "least_gain": 10}
VARIED = CONFIG | {
    "tactics": ["full", "concurrent", "validation"],
    "concurrent": LOOP,
    "popdb": CONFIG["popdb"] | {"tactics": ["full"]},
    "warm_start": {"tactics": ["full", "concurrent"], "count": 5},
}


@pytest.fixture(scope="module")
def varied(tmp_path_factory):
    folder = Folder(tmp_path_factory.mktemp("varied") / "run", VARIED)
    done = folder.run("--cores", "2")
    assert done.returncode == 0, done.stderr
    return folder


def table(folder, run, name="archive.csv"):
    return pd.read_csv(folder.results / "seed1" / run / name)


@pytest.mark.slow
def test_a_warm_started_search_starts_from_the_other_front(varied):
    start = table(varied, "batched/concurrent_warm")
    start = start[start["iteration"] == 0]
    front = table(varied, "single/concurrent", "front.csv")
    assert len(start) == 5 and set(start["digest"]) <= set(front["digest"])
    begun = table(varied, "batched/full_warm", "start/population.csv")
    found = table(varied, "single/full", "front.csv")
    assert set(begun["digest"]) & set(found["digest"])
    first = table(varied, "batched/full_warm", "history.csv").query("generation == 0")
    parameters = [name for name in begun if name != "digest"]
    both = first[parameters].merge(begun[parameters], how="inner")
    assert len(both) == len(begun)


@pytest.mark.slow
def test_a_warm_started_search_learns_from_what_the_other_measured(varied):
    """Its top-1 is trained on both, its latency on its own."""
    start = set(table(varied, "batched/concurrent_warm").query("iteration == 0")["digest"])
    both = start | set(table(varied, "single/concurrent")["digest"])
    run = varied.results / "seed1/batched/concurrent_warm/iteration1"
    trained = load(run / "predictors.npz")
    rows = {name: len(one.centres) for name, one in trained.items()}
    assert rows == {"top1": len(both), "latency": len(start)} and len(both) > len(start)


@pytest.mark.slow
def test_full_search_in_the_constrained_space_keeps_to_it(varied):
    allowed = json.loads((varied.results / "seed1/popdb/constraint.json").read_text())["allowed"]
    rows = table(varied, "batched/full_popdb").query("iteration == 1")
    for name, values in allowed.items():
        assert rows[name].dropna().isin(values).all()


@pytest.mark.slow
def test_a_search_that_expects_too_little_ends(varied):
    """The bound of ten times the hypervolume is far above any expected gain."""
    run = varied.results / "seed1/single/concurrent"
    verdict = json.loads((run / "iteration1/verdict.json").read_text())
    expected = [
        json.loads((run / f"iteration{number}/expected_gain.json").read_text())["expected_gain"]
        for number in (1, 2)
    ]
    assert verdict["reason"] == "little to gain" and expected[0] > 0
    assert verdict["expected_gain"] == pytest.approx(
        expected[1] * verdict["calibration"] / verdict["hypervolume"]
    )
    # The next batch was proposed, not measured. A tactic without expected gains ends at its limit.
    assert not (run / "iteration2/archive.csv").exists()
    assert table(varied, "single/validation")["iteration"].max() == 3


@pytest.mark.slow
def test_variants_stand_in_summary_and_figures(varied):
    variants = {"concurrent_warm", "full_warm", "full_popdb"}
    assert variants < set(pd.read_csv(varied.results / "summary.csv")["tactic"])
    assert variants < set(pd.read_csv(varied.results / "figures/fronts.csv")["tactic"])
    assert variants < set(pd.read_csv(varied.results / "figures/hypervolume.csv")["tactic"])


@pytest.mark.slow
def test_an_earlier_runs_front_is_a_start(varied, tmp_path):
    file = varied.results / "seed1/single/concurrent/front.csv"
    warm = {"tactics": ["validation"], "file": str(file), "count": 4}
    config = CONFIG | {"tactics": ["validation"], "warm_start": warm, "popdb": {"enabled": False}}
    config |= {"export": {"tactic": "validation_warm", "platform": "batched"}}
    config |= {
        "full": {},
        "search": {"population": 16},
        "concurrent": {"iterations": 2, "batch": 3},
    }
    folder = Folder(tmp_path / "later", config)
    run = "results/small/seed1/batched/validation_warm/front.csv"
    done = folder.run("--cores", "2", run)
    assert done.returncode == 0, done.stderr
    start = table(folder, "batched/validation_warm").query("iteration == 0")
    assert len(start) == 4 and set(start["digest"]) <= set(pd.read_csv(file)["digest"])


@pytest.mark.slow
def test_a_run_stays_in_the_values_of_the_fronts_of_a_past_experiment(tmp_path):
    """A change of these values makes the samples be drawn again."""
    config = CONFIG | {"constraint": {"experiment": "old", "platform": "gpu"}}
    folder, samples = Folder(tmp_path / "run", config), "results/small/seed1/samples/population.csv"
    for depths in ([1, 3], [2]):
        given = folder.path / "results/old/front_values/gpu.json"
        write_json(given, {"allowed": {"d_0": depths, "d_1": [2]}})
        done = folder.run("--cores", "1", samples)
        assert done.returncode == 0, done.stderr
        drawn = pd.read_csv(folder.path / samples)
        assert set(drawn["d_0"]) == set(depths) and set(drawn["d_1"]) == {2}
    assert json.loads(given.read_text())["allowed"]["d_0"] == [2]  # an input, never an output


CHANGES = [
    {"generations": 3, "algorithm": "own:random_search"},
    {"population": 12},
    {"mutation": 0, "crossover": 0},
]


@pytest.mark.slow
def test_a_single_objective_within_a_bound_and_settings_that_change(tmp_path):
    config = CONFIG | {
        "platforms": {"single": CONFIG["platforms"]["single"]},
        "objectives": ["top1"],
        "bounds": {"macs": 60},
        "tactics": ["full", "concurrent"],
        "concurrent": CONFIG["concurrent"] | {"iterations": 3, "search": CHANGES},
    }
    folder = Folder(tmp_path / "one", config)
    done = folder.run("--cores", "2")
    assert done.returncode == 0, done.stderr
    visited = [table(folder, "single/concurrent", f"iteration{n}/history.csv") for n in (1, 2, 3)]
    # The user's algorithm starts from nothing that was measured, and later ones do.
    names = list(Instant().space.names)
    measured = table(folder, "single/concurrent").query("iteration == 0")[names]
    known = [len(rows.merge(measured, on=names)) for rows in visited]
    assert known[0] == 0 < min(known[1:])
    # The first member's search: three share 3, then 8 generations, then no individual has a child.
    assert [len(rows) for rows in visited] == [16 * 1, 12 * 3, 16]
    archive = table(folder, "single/concurrent")
    front = table(folder, "single/concurrent", "front.csv")
    assert (front["top1"] == archive.query("macs <= 60")["top1"].max()).all()
    assert (folder.results / "figures/fronts.png").exists()


@pytest.mark.slow
def test_every_tactic_runs_through_the_same_loop(tmp_path):
    one = {"single": CONFIG["platforms"]["single"]}
    config = CONFIG | {"platforms": one, "tactics": list(TACTICS), "popdb": {"enabled": False}}
    config |= {"concurrent": CONFIG["concurrent"] | {"start": 12}, "full": {}}
    folder = Folder(tmp_path / "all", config)
    done = folder.run("--cores", "2")
    assert done.returncode == 0, done.stderr
    summary = pd.read_csv(folder.results / "summary.csv").set_index("tactic")
    assert set(summary.index) == set(TACTICS) and (summary["validations"] == 18).all()
    best = summary["hypervolume"].idxmax()
    assert best == "concurrent"


@pytest.mark.slow
def test_searches_that_measure_latency_and_a_loop_that_ends_when_its_time_is_up(tmp_path):
    config = CONFIG | {
        "tactics": ["full", "concurrent"],
        "predictors": {"latency": "live"},
        "concurrent": CONFIG["concurrent"] | {"live_populations": 1, "seconds": 1e-9},
        "popdb": {"enabled": False},
    }
    folder = Folder(tmp_path / "live", config)
    run = "results/small/seed1/single/concurrent"
    done = folder.run("--cores", "2", f"{run}/archive.csv")
    assert done.returncode == 0, done.stderr
    verdict = json.loads((folder.path / run / "iteration1/verdict.json").read_text())
    assert verdict["reason"] == "seconds" and verdict["seconds"] > 0
    taken = [line for line in folder.taken() if "latency" in line]
    # 12 samples, 6 to start from (the extremes are in both), 16 in the search, a population, and
    # those of the batch of 3 that the search predicted. Nothing is measured again, and the search
    # of another iteration, only to say what it would bring, is not run.
    assert 12 + 6 - 2 + 16 <= len(taken) == len(set(taken)) <= 12 + 6 - 2 + 16 + 3
    done = folder.run("--cores", "2", "results/small/seed1/single/full/archive.csv")
    assert done.returncode == 0, done.stderr
    more = [line for line in folder.taken() if "latency" in line][len(taken) :]
    assert 0 < len(more) == len(set(more) - set(taken)) <= 16 + 4
    for history in ("single/concurrent/iteration1", "single/full"):
        visited = table(folder, history, "history.csv")
        assert visited["predicted_latency"].notna().all() and (visited["within"] == 1).all()
