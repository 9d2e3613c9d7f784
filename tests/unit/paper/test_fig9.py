import pandas as pd
from helpers.drawn import legend_entries, line, points, texts, with_label
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.paper.fig9 import ROLES, draw, inputs, table

COLUMNS = "digest iteration top1 latency reason"
STUDY = {
    "vision": experiment(experiment="vision"),
    "translation": experiment(experiment="translation", platforms={"any": {}}),
}


def test_the_table_holds_the_iterations_on_the_last_platform(tmp_path):
    write_rows(
        tmp_path / "vision/seed1/batched/concurrent/archive.csv",
        COLUMNS,
        ("a", 0, 70.0, 5.0, ""),
        ("b", 1, 71.0, 4.0, ""),
    )
    write_rows(
        tmp_path / "translation/seed1/any/concurrent/archive.csv", COLUMNS, ("c", 0, 30.0, 9.0, "")
    )
    assert files_below(tmp_path) == sorted(inputs(STUDY))
    assert set(ROLES) == set(STUDY)
    found = table(tmp_path, STUDY)
    assert rows_of(found, "experiment platform iteration digest on_front") == [
        ("vision", "batched", 0, "a", 0),
        ("vision", "batched", 1, "b", 1),
        ("translation", "any", 0, "c", 1),
    ]


def test_each_panel_shows_the_iterations_of_an_experiment():
    """Both experiments have an iteration 1, of the same colour; only one has an iteration 2."""
    rows = [
        ("vision", "concurrent", 0, 70.0, 5.0, 0),
        ("vision", "concurrent", 1, 71.0, 4.0, 1),
        ("translation", "concurrent", 1, 30.0, 9.0, 1),
        ("translation", "concurrent", 2, 29.0, 8.0, 1),
    ]
    columns = ["experiment", "tactic", "iteration", "top1", "latency", "on_front"]
    figure = draw(pd.DataFrame(rows, columns=columns), STUDY)
    vision, translation = figure.axes
    label = "archfront's ConcurrentNAS"
    axes = "Latency (ms)", "Top-1 accuracy (%)"
    assert texts(vision) == (f"Instant, batched:\n{label}", *axes)
    assert texts(translation)[0] == f"Instant, any:\n{label}"
    assert points(vision, "start") == [(5, 70)] and points(vision, "iteration 1") == [(4, 71)]
    assert line(translation, "measured front") == [(8, 29), (9, 30)]
    colours = [with_label(axis, "iteration 1").get_facecolor().tolist() for axis in figure.axes]
    assert colours[0] == colours[1]
    entries = ["measured front", "start", "iteration 1", "iteration 2"]
    assert legend_entries(figure) == entries


def test_the_papers_algorithm_has_a_panel_before_archfronts():
    both = {"vision": experiment(experiment="vision", tactics=["concurrent", "concurrent_paper"])}
    rows = [
        ("vision", "concurrent", 1, 71.0, 4.0, 1),
        ("vision", "concurrent_paper", 1, 60.0, 9.0, 1),
    ]
    columns = ["experiment", "tactic", "iteration", "top1", "latency", "on_front"]
    papers, own = draw(pd.DataFrame(rows, columns=columns), both).axes
    assert papers.get_title() == "Instant, batched:\nConcurrentNAS"
    assert points(papers, "iteration 1") == [(9, 60)] and points(own, "iteration 1") == [(4, 71)]
