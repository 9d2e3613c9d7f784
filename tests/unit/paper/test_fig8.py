import pandas as pd
from helpers.drawn import clouds, legend_entries, line, places, points, texts
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.paper.fig8 import ROLES, draw, inputs, table

HISTORY = "generation within predicted_top1 predicted_latency"
STUDY = {
    "vision": experiment(
        experiment="vision",
        seeds=[1],
        warm_start={"source": "single", "target": "batched", "tactics": ["full"]},
    )
}


def test_the_search_is_read_from_both_starts(tmp_path):
    for tactic, top1 in (("full", 60.0), ("full_warm", 70.0)):
        path = tmp_path / f"vision/seed1/batched/{tactic}/history.csv"
        write_rows(path, HISTORY, (0, 1, top1, 5.0))
    assert files_below(tmp_path) == sorted(inputs(STUDY))
    assert set(ROLES) == set(STUDY)
    assert rows_of(table(tmp_path, STUDY), "platform tactic kind generation top1") == [
        ("batched", "full", "predicted", 0, 60),
        ("batched", "full", "near-optimal", 0, 60),
        ("batched", "full_warm", "predicted", 0, 70),
        ("batched", "full_warm", "near-optimal", 0, 70),
    ]


def test_both_panels_show_the_search_and_its_start_to_one_scale():
    """Circles mark what the search started from, not the front, which is of generation 0 too. The
    latencies of both panels are from 2 to 9 ms."""
    rows = [
        ("full", "predicted", 0, 50.0, 9.0),
        ("full", "predicted", 1, 55.0, 8.0),
        ("full", "near-optimal", 1, 55.0, 8.0),
        ("full_warm", "predicted", 0, 70.0, 2.0),
        ("full_warm", "predicted", 1, 71.0, 3.0),
        ("full_warm", "near-optimal", 0, 70.0, 2.0),
        ("full_warm", "near-optimal", 1, 71.0, 3.0),
    ]
    columns = ["tactic", "kind", "generation", "top1", "latency"]
    figure = draw(pd.DataFrame(rows, columns=columns), STUDY)
    random, warm, bar = figure.axes
    axes = "Predicted normalised latency", "Predicted Top-1 accuracy (%)"
    assert texts(random) == ("Random start", *axes)
    assert texts(warm) == ("Start from single", *axes)
    assert bar.get_ylabel() == "Generation"
    assert points(random, "start") == [(7 / 9, 50)] and points(warm, "start") == [(0, 70)]
    assert places(clouds(warm)[0]) == [(0, 70), (1 / 9, 71)]
    assert line(warm, "front of the whole search") == [(0, 70), (1 / 9, 71)]
    assert random.get_xlim() == warm.get_xlim() and random.get_ylim() == warm.get_ylim()
    (left, right), (low, high) = random.get_xlim(), random.get_ylim()
    assert left < 0 and right > 7 / 9 and low < 50 and high > 71
    assert legend_entries(figure) == ["front of the whole search", "start"]
