import pandas as pd
import pytest
from helpers.drawn import clouds, legend_entries, places, points, texts, with_label
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.analytics.fronts import draw, inputs, table

COLUMNS = "digest top1 latency macs reason"
SETTINGS = experiment(platforms={"single": {}}, seeds=[1])
TWO_SEEDS = experiment(platforms={"single": {}})


def write(folder, seed=1):
    """Latencies of both runs go from 2 to 10 ms. The front of ``full`` is a and c."""
    write_rows(
        folder / f"seed{seed}/single/samples/archive.csv",
        COLUMNS,
        ("a", 70.0, 4.0, 100.0, ""),
        ("b", 60.0, 6.0, 90.0, ""),
    )
    write_rows(
        folder / f"seed{seed}/single/full/archive.csv",
        COLUMNS,
        ("a", 70.0, 4.0, 100.0, ""),
        ("b", 60.0, 6.0, 90.0, ""),
        ("c", 75.0, 10.0, 300.0, ""),
        ("d", None, 3.0, 200.0, "top1: the value was nan; "),
    )
    write_rows(
        folder / f"seed{seed}/single/concurrent/archive.csv",
        COLUMNS,
        ("e", 65.0, 2.0, 80.0, ""),
    )


def test_the_table_holds_the_samples_and_the_front_of_each_tactic(tmp_path):
    """Eq. (2): 4 ms is (4 - 2) / 10, 6 ms is 0.4, and 10 ms is 0.8."""
    write(tmp_path)
    assert files_below(tmp_path) == sorted(inputs(SETTINGS))
    found = table(tmp_path, SETTINGS)
    assert rows_of(found, "platform tactic seed digest top1 latency") == [
        ("single", "full", 1, "c", 75, 10),
        ("single", "full", 1, "a", 70, 4),
        ("single", "samples", 1, "a", 70, 4),
        ("single", "samples", 1, "b", 60, 6),
        ("single", "concurrent", 1, "e", 65, 2),
    ]
    assert found["normalised_latency"].tolist() == pytest.approx([0.8, 0.2, 0.2, 0.4, 0])


def test_rows_beyond_a_bound_are_on_no_front(tmp_path):
    write(tmp_path)
    found = table(tmp_path, SETTINGS | {"bounds": {"latency": 8}})
    assert found[found["tactic"] == "full"]["digest"].tolist() == ["a"]
    assert found[found["tactic"] == "samples"]["digest"].tolist() == ["a", "b"]


def test_without_latency_nothing_is_normalised(tmp_path):
    write(tmp_path)
    found = table(tmp_path, SETTINGS | {"objectives": ["top1", "macs"]})
    assert [*found.columns] == ["platform", "tactic", "seed", "digest", "top1", "macs"]
    # b has the fewest MACs of the run.
    assert found[found["tactic"] == "full"]["digest"].tolist() == ["c", "a", "b"]


def test_a_panel_shows_the_front_over_all_seeds_of_each_tactic():
    """c of seed 2 dominates b of seed 1. The samples are shown as they are."""
    rows = [
        ("full", 1, "a", 60.0, 2.0),
        ("full", 1, "b", 70.0, 6.0),
        ("full", 2, "c", 71.0, 5.0),
        ("samples", 1, "d", 50.0, 9.0),
        ("samples", 1, "e", 51.0, 3.0),
        ("concurrent", 1, "f", 72.0, 8.0),
    ]
    shown = pd.DataFrame(rows, columns=["tactic", "seed", "digest", "top1", "latency"])
    figure = draw(shown.assign(platform="single"), TWO_SEEDS | {"bounds": {"top1": 55}})
    (axis,) = figure.axes
    assert texts(axis) == ("single", "Latency (ms)", "Top-1 accuracy (%)")
    assert legend_entries(figure) == [
        "Random samples",
        "Full search",
        "archfront's ConcurrentNAS",
        "bound",
    ]
    assert points(axis, "Full search") == [(2, 60), (5, 71)]
    assert points(axis, "Random samples") == [(9, 50), (3, 51)]
    assert points(axis, "archfront's ConcurrentNAS") == [(8, 72)]
    assert places(clouds(axis)[0]) == points(axis, "Random samples")
    steps = [some for some in axis.lines if some.get_drawstyle() == "steps-post"]
    assert [some.get_xydata().tolist() for some in steps] == [[[2, 60], [5, 71]], [[8, 72]]]
    assert with_label(axis, "bound").get_ydata() == [55, 55]


def test_a_front_of_three_objectives_is_no_line():
    rows = [("full", "a", 60.0, 2.0, 9.0), ("full", "b", 60.0, 3.0, 5.0)]
    shown = pd.DataFrame(rows, columns=["tactic", "digest", "top1", "latency", "macs"])
    settings = SETTINGS | {"objectives": ["top1", "latency", "macs"]}
    (axis,) = draw(shown.assign(platform="single", seed=1), settings).axes
    assert points(axis, "Full search") == [(2, 60), (3, 60)] and len(axis.lines) == 0
