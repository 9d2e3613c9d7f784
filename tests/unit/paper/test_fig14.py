import pandas as pd
from helpers.drawn import clouds, places, texts, words
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.analytics.predictor_error import NO_CURVE
from archfront.paper.fig14 import draw, inputs, table

COLUMNS = "objective predictor features actual predicted"
STUDY = {
    "vision_rows": experiment(experiment="one"),
    "residual_rows": experiment(experiment="two", platforms={"any": {}}),
}


def test_the_table_holds_the_quality_of_each_experiment(tmp_path):
    """Top-1 is the same on every platform: the first one's file is read. Latencies are left out."""
    write_rows(
        tmp_path / "one/learning_curves/single/actual_predicted.csv",
        COLUMNS,
        ("latency", "svr", "counts", 5.0, 6.0),
        ("top1", "ridge", "one_hot", 70.0, 71.0),
    )
    write_rows(
        tmp_path / "two/learning_curves/any/actual_predicted.csv",
        COLUMNS,
        ("top1", "svr", "counts", 60.0, 62.0),
    )
    assert files_below(tmp_path) == sorted(inputs(STUDY))
    assert rows_of(table(tmp_path, STUDY), f"experiment supernet {COLUMNS}") == [
        ("one", "Instant", "top1", "ridge", "one_hot", 70, 71),
        ("two", "Instant", "top1", "svr", "counts", 60, 62),
    ]


def test_a_panel_shows_the_pairs_of_an_experiment():
    rows = [
        ("one", "Large", "top1", 70.0, 71.0),
        ("one", "Large", "top1", 71.0, 72.0),
        ("two", "Small", "top1", 60.0, 62.0),
        ("two", "Small", "top1", 61.0, 61.0),
    ]
    columns = ["experiment", "supernet", "objective", "actual", "predicted"]
    one, two = draw(pd.DataFrame(rows, columns=columns), STUDY).axes
    axes = "Actual Top-1 accuracy (%)", "Predicted Top-1 accuracy (%)"
    assert texts(two) == ("Small: τ = -1.00", *axes)
    assert texts(one) == ("Large: τ = 1.00", *axes)
    assert places(*clouds(two)) == [(60, 62), (61, 61)]
    assert places(*clouds(one)) == [(70, 71), (71, 72)]


def test_an_experiment_without_pairs_says_so(tmp_path):
    """Too few of its samples have a value."""
    for place in "one/learning_curves/single", "two/learning_curves/any":
        write_rows(tmp_path / place / "actual_predicted.csv", COLUMNS)
    none = table(tmp_path, STUDY)
    assert none.empty
    for axis in draw(none, STUDY).axes:
        assert words(axis) == f"Instant: {NO_CURVE}" and not clouds(axis)
