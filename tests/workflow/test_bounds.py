"""A whole run of all tactics within bounds, on a look-up table, model size bounded as well."""

import numpy as np
import pandas as pd
import pytest
from helpers.runs import CONFIG, Folder
from instant import Instant

BOUNDS = {"latency": 25.0, "top1": 66.0, "model_size": 14.0}


@pytest.fixture(scope="module")
def bounded(tmp_path_factory) -> Folder:
    folder = Folder(
        tmp_path_factory.mktemp("bounded") / "run",
        CONFIG
        | {"bounds": BOUNDS, "predictors": {"latency": "look_up"}}
        | {"tactics": ["full", "concurrent", "concurrent_paper"]},
    )
    done = folder.run()
    assert done.returncode == 0, done.stderr[-5000:]
    return folder


def within(rows):
    return (
        (rows["latency"] <= BOUNDS["latency"])
        & (rows["top1"] >= BOUNDS["top1"])
        & (rows["model_size"] <= BOUNDS["model_size"])
    )


@pytest.mark.slow
def test_every_front_lies_within_the_bounds_and_misses_nothing(bounded):
    fronts = [*bounded.results.glob("seed1/*/*/front.csv")]
    assert len(fronts) == 7
    for path in fronts:
        archive = pd.read_csv(path.parent / "archive.csv")
        good = archive[within(archive)]
        dominated = [
            ((good["top1"] >= row.top1) & (good["latency"] <= row.latency)
             & ((good["top1"] > row.top1) | (good["latency"] < row.latency))).any()
            for row in good.itertuples()
        ]  # fmt: skip
        assert set(pd.read_csv(path)["digest"]) == set(good["digest"][~np.array(dominated)])
    shown = pd.read_csv(bounded.results / "figures" / "fronts.csv")
    shown = shown[shown["tactic"] != "samples"]
    assert (shown["latency"] <= BOUNDS["latency"]).all() and (shown["top1"] >= 66).all()


@pytest.mark.slow
def test_searches_end_within_the_bounds(bounded):
    for path in bounded.results.glob("seed1/*/*/**/history.csv"):
        history = pd.read_csv(path)
        assert (history["predicted_latency"] > BOUNDS["latency"]).any()
        final = history[history["final"] == 1]
        assert (final["within"] == 1).mean() > 0.5
        assert (final["predicted_latency"][final["within"] == 1] <= BOUNDS["latency"]).all()


@pytest.mark.slow
def test_the_search_went_by_the_look_up_table(bounded):
    table = pd.read_csv(bounded.results / "look_up" / "single.csv").set_index("block")["latency"]
    history = pd.read_csv(bounded.results / "seed1" / "single" / "full" / "history.csv")
    from archfront.core.population_table import read_population

    network = Instant()
    blocks = network.blocks(read_population(network.space, history))
    sums = [sum(table[number] for number in row if number >= 0) for row in blocks]
    assert np.allclose(history["predicted_latency"], sums)
    drawn = pd.read_csv(bounded.results / "figures" / "look_up.csv")
    assert (drawn["look_up"] < drawn["measured"]).all()  # Instant adds a little per stage


@pytest.mark.slow
def test_an_impossible_platform_is_refused_before_any_job(tmp_path):
    folder = Folder(tmp_path / "run", CONFIG | {"platforms": {"big": {"threads": 4096}}})
    done = folder.run()
    assert done.returncode != 0 and not folder.taken()
    assert "platforms.big.threads = 4096: this host offers" in done.stderr + done.stdout
    assert not folder.results.exists()
