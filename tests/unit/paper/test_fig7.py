import numpy as np
import pandas as pd
from helpers.drawn import clouds, legend_entries, line, places, texts
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.core.files import read_table, write_table
from archfront.paper.fig7 import SHADED, draw, inputs, shown_part, table

HISTORY = "generation within predicted_top1 predicted_latency"
STUDY = {
    "vision": experiment(experiment="vision", seeds=[3, 1]),
    "residual": experiment(experiment="residual", platforms={"any": {}}, seeds=[1]),
}


def test_the_table_holds_the_first_generations_and_the_front_of_the_whole_search(tmp_path):
    """The table has the search on the last platform, for the first seed. The individual of
    generation 251 is on the front only. The repeated individual is there once. The best individual
    is beyond a bound."""
    write_rows(
        tmp_path / "vision/seed3/batched/full/history.csv",
        HISTORY,
        (0, 1, 65.0, 6.0),
        (3, 0, 99.0, 1.0),
        (249, 1, 65.0, 6.0),
        (250, 1, 70.0, 5.0),
        (250, 1, 60.0, 2.0),
        (251, 1, 72.0, 5.0),
    )
    write_rows(
        tmp_path / "residual/seed1/any/full/history.csv",
        HISTORY,
        (0, 1, 50.0, 9.0),
    )
    assert files_below(tmp_path) == sorted(inputs(STUDY))
    found = table(tmp_path, STUDY)
    # Normalised over the rows of the figure: the latencies on batched are from 2 to 6 ms.
    assert found["normalised_latency"].tolist() == [4 / 6, 3 / 6, 0, 3 / 6, 0, 0, 0]
    assert rows_of(found, "experiment platform tactic kind generation top1 latency") == [
        ("vision", "batched", "full", "predicted", 0, 65, 6),
        ("vision", "batched", "full", "predicted", 250, 70, 5),
        ("vision", "batched", "full", "predicted", 250, 60, 2),
        ("vision", "batched", "full", "near-optimal", 251, 72, 5),
        ("vision", "batched", "full", "near-optimal", 250, 60, 2),
        ("residual", "any", "full", "predicted", 0, 50, 9),
        ("residual", "any", "full", "near-optimal", 0, 50, 9),
    ]


def test_each_panel_shows_a_search_and_its_front():
    rows = [
        ("vision", "predicted", 0, 65.0, 6.0),
        ("vision", "predicted", 250, 70.0, 5.0),
        ("vision", "near-optimal", 251, 72.0, 5.0),
        ("vision", "near-optimal", 250, 60.0, 2.0),
        ("residual", "predicted", 0, 50.0, 9.0),
    ]
    columns = ["experiment", "kind", "generation", "top1", "latency"]
    figure = draw(pd.DataFrame(rows, columns=columns), STUDY)
    vision, residual, bar = figure.axes  # latencies from 2 to 6 ms, and of 9 ms
    axes = "Predicted normalised latency", "Predicted Top-1 accuracy (%)"
    assert texts(vision) == ("Instant, batched", *axes)
    assert texts(residual) == ("Instant, any", *axes)
    assert bar.get_ylabel() == "Generation"
    (cloud,) = clouds(vision)
    assert places(cloud) == [(4 / 6, 65), (3 / 6, 70)] and cloud.get_array().tolist() == [0, 250]
    assert line(vision, "front of the whole search") == [(0, 60), (3 / 6, 72)]
    assert [places(cloud) for cloud in clouds(residual)] == [[(0, 50)]]
    assert legend_entries(figure) == ["front of the whole search"]


def test_the_shown_part_of_a_history_gives_the_same_table(tmp_path):
    """Random histories: half of them beyond the shaded generations, some individuals repeated."""
    study, random = {"residual": STUDY["residual"]}, np.random.default_rng(0)
    path = tmp_path / "residual/seed1/any/full/history.csv"
    for _ in range(20):
        columns = random.integers([0, 0, 0, 0], [2 * SHADED, 2, 9, 9], (60, 4))
        write_rows(path, HISTORY, *columns.tolist())
        history, whole = read_table(path), table(tmp_path, study)
        part = shown_part(history, ["top1", "latency"])
        assert len(part) < len(history)
        write_table(path, part)
        assert table(tmp_path, study).equals(whole)
