import pandas as pd
from helpers.drawn import legend_entries, line, points, texts, with_label
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.analytics.concurrent_evolution import draw, inputs, table

COLUMNS = "digest iteration top1 latency macs reason"
DRAWN = ["platform", "tactic", "iteration", "digest", "top1", "latency", "on_front"]


def write(folder):
    """On ``single`` a, c and d are the front: b is dominated by a, and e has failed."""
    write_rows(
        folder / "seed1/single/concurrent/archive.csv",
        COLUMNS,
        ("a", 0, 70.0, 5.0, 100.0, ""),
        ("b", 0, 69.0, 6.0, 90.0, ""),
        ("c", 1, 75.0, 9.0, 300.0, ""),
        ("d", 2, 65.0, 2.0, 50.0, ""),
        ("e", 2, None, 1.0, 40.0, "top1: the value was nan; "),
    )
    write_rows(
        folder / "seed1/batched/concurrent/archive.csv", COLUMNS, ("a", 0, 70.0, 50.0, 100.0, "")
    )


def test_the_table_marks_the_front_at_the_end(tmp_path):
    write(tmp_path)
    assert files_below(tmp_path) == sorted(inputs(experiment()))
    assert rows_of(table(tmp_path, experiment()), "platform iteration digest on_front") == [
        ("single", 0, "a", 1),
        ("single", 0, "b", 0),
        ("single", 1, "c", 1),
        ("single", 2, "d", 1),
        ("single", 2, "e", 0),
        ("batched", 0, "a", 1),
    ]


def test_a_row_beyond_a_bound_is_not_on_the_front(tmp_path):
    write(tmp_path)
    found = table(tmp_path, experiment(bounds={"latency": 8})).query("on_front == 1")
    assert rows_of(found, "platform digest") == [("single", "a"), ("single", "d")]


def test_only_the_first_seed_is_read(tmp_path):
    write(tmp_path)
    write_rows(tmp_path / "seed2/single/concurrent/archive.csv", COLUMNS, ("x", 0, 1, 1, 1, ""))
    assert "x" not in set(table(tmp_path, experiment())["digest"])


def drawn(tmp_path, **changes):
    write(tmp_path)
    settings = experiment(**changes)
    return draw(table(tmp_path, settings), settings)


def test_each_panel_shows_the_iterations_and_the_front_of_a_platform(tmp_path):
    figure = drawn(tmp_path, bounds={"latency": 60})
    single, batched = figure.axes
    label = "archfront's ConcurrentNAS"
    assert texts(single) == (f"single, {label}", "Latency (ms)", "Top-1 accuracy (%)")
    assert texts(batched) == (f"batched, {label}", "Latency (ms)", "Top-1 accuracy (%)")
    assert points(single, "start") == [(5, 70), (6, 69)]
    assert points(single, "iteration 1") == [(9, 75)]
    assert points(batched, "start") == [(50, 70)]
    assert line(single, "measured front") == [(2, 65), (5, 70), (9, 75)]
    assert with_label(single, "measured front").get_drawstyle() == "steps-post"
    assert with_label(single, "bound").get_xdata() == [60, 60]
    assert legend_entries(figure) == [
        *("measured front", "start", "iteration 1", "iteration 2", "bound")
    ]


def test_an_iteration_has_the_same_colour_on_every_platform(tmp_path):
    """On one platform the run ended after iteration 1, on the other after iteration 2."""
    rows = [
        ("single", "concurrent", 1, "a", 70.0, 5.0, 1),
        ("batched", "concurrent", 1, "b", 70.0, 5.0, 1),
        ("batched", "concurrent", 2, "c", 71.0, 6.0, 1),
    ]
    axes = draw(pd.DataFrame(rows, columns=DRAWN), experiment()).axes
    colours = [with_label(axis, "iteration 1").get_facecolor().tolist() for axis in axes]
    assert colours[0] == colours[1]
    assert colours[1] != with_label(axes[1], "iteration 2").get_facecolor().tolist()


def test_a_front_of_three_objectives_is_no_line(tmp_path):
    single = drawn(tmp_path, objectives=["top1", "latency", "macs"]).axes[0]
    # b is on the front too: of a, b, c and d, only d has fewer MACs than b.
    assert points(single, "measured front") == [(2, 65), (5, 70), (6, 69), (9, 75)]
    assert len(single.lines) == 0


def test_a_single_objective_is_shown_against_the_macs(tmp_path):
    single = drawn(tmp_path, objectives=["top1"]).axes[0]
    assert texts(single)[1:] == ("MACs (millions)", "Top-1 accuracy (%)")
    assert points(single, "measured front") == [(300, 75)]
    assert points(single, "iteration 2")[0] == (50, 65)
