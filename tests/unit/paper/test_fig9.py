import pandas as pd
from helpers.drawn import legend_entries, line, points, texts, with_label
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.paper.fig9 import NEAR_OPTIMAL, ROLES, draw, inputs, table

COLUMNS = "digest iteration top1 latency reason"
STUDY = {
    "vision": experiment(experiment="vision", seeds=[1]),
    "translation": experiment(experiment="translation", platforms={"any": {}}, seeds=[1]),
}


def test_the_table_holds_the_iterations_on_the_last_platform(tmp_path):
    """The near-optimal front is of all runs: the full search found d, and both found b."""
    write_rows(
        tmp_path / "vision/seed1/batched/full/archive.csv",
        COLUMNS,
        ("b", 1, 71.0, 4.0, ""),
        ("d", 1, 72.0, 5.0, ""),
        ("e", 1, 70.0, 4.5, ""),
    )
    write_rows(
        tmp_path / "translation/seed1/any/full/archive.csv", COLUMNS, ("c", 0, 30.0, 9.0, "")
    )
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
    columns = "experiment platform tactic digest on_front normalised_latency"
    assert rows_of(found, columns) == [
        ("vision", "batched", "concurrent", "a", 0, 1 / 5),
        ("vision", "batched", "concurrent", "b", 1, 0),
        ("vision", "batched", NEAR_OPTIMAL, "d", 1, 1 / 5),
        ("vision", "batched", NEAR_OPTIMAL, "b", 1, 0),
        ("translation", "any", "concurrent", "c", 1, 0),
        ("translation", "any", NEAR_OPTIMAL, "c", 1, 0),
    ]
    assert found["iteration"].fillna(-1).tolist() == [0, 1, -1, -1, 0, -1]


def test_each_panel_shows_the_iterations_of_an_experiment():
    """Both experiments have an iteration 1, of the same colour; only one has an iteration 2. The
    latencies are from 4 to 8 ms, and from 8 to 10 ms."""
    rows = [
        ("vision", "concurrent", 0, 70.0, 5.0, 0),
        ("vision", "concurrent", 1, 71.0, 4.0, 1),
        ("vision", NEAR_OPTIMAL, None, 72.0, 8.0, 1),
        ("vision", NEAR_OPTIMAL, None, 71.0, 4.0, 1),
        ("translation", "concurrent", 1, 30.0, 9.0, 1),
        ("translation", "concurrent", 2, 29.0, 8.0, 1),
        ("translation", NEAR_OPTIMAL, None, 31.0, 10.0, 1),
    ]
    columns = ["experiment", "tactic", "iteration", "top1", "latency", "on_front"]
    figure = draw(pd.DataFrame(rows, columns=columns), STUDY)
    vision, translation = figure.axes
    label = "archfront's ConcurrentNAS"
    axes = "Normalised latency", "Top-1 accuracy (%)"
    assert texts(vision) == (f"Instant, batched:\n{label}", *axes)
    assert texts(translation)[0] == f"Instant, any:\n{label}"
    assert points(vision, "start") == [(1 / 8, 70)] and points(vision, "iteration 1") == [(0, 71)]
    assert line(vision, "near-optimal front") == [(0, 71), (4 / 8, 72)]
    assert line(translation, "measured front") == [(0, 29), (1 / 10, 30)]
    assert line(translation, "near-optimal front") == [(2 / 10, 31)]
    colours = [with_label(axis, "iteration 1").get_facecolor().tolist() for axis in figure.axes]
    assert colours[0] == colours[1]
    entries = ["near-optimal front", "measured front", "start", "iteration 1", "iteration 2"]
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
    assert points(papers, "iteration 1") == [(5 / 9, 60)]
    assert points(own, "iteration 1") == [(0, 71)]
