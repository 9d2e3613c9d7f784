import pandas as pd
import pytest
from helpers.drawn import clouds, line, places, texts
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.analytics.actual_predicted import draw, inputs, table

COLUMNS = "objective predictor features actual predicted"
TOP1 = [("top1", "ridge", "one_hot", 70.0, 71.0), ("top1", "ridge", "one_hot", 72.0, 72.5)]
LATENCY = [("latency", "svr", "counts", 5.0, 6.0), ("latency", "svr", "counts", 7.0, 8.0)]


def write(folder, single, batched):
    write_rows(folder / "learning_curves/single/actual_predicted.csv", COLUMNS, *single)
    write_rows(folder / "learning_curves/batched/actual_predicted.csv", COLUMNS, *batched)


def test_only_an_objective_of_the_platform_appears_once_per_platform(tmp_path):
    write(tmp_path, [*TOP1, *LATENCY], [*TOP1, *LATENCY])
    assert files_below(tmp_path) == sorted(inputs(experiment()))
    assert rows_of(table(tmp_path, experiment()), f"platform {COLUMNS}") == [
        ("single", *TOP1[0]),
        ("single", *TOP1[1]),
        ("single", *LATENCY[0]),
        ("single", *LATENCY[1]),
        ("batched", *LATENCY[0]),
        ("batched", *LATENCY[1]),
    ]


@pytest.mark.parametrize(
    ("batched", "expected"), [([*TOP1, *LATENCY], ["top1", "top1", "latency", "latency"]), ([], [])]
)
def test_a_platform_without_predictors_has_no_rows(tmp_path, batched, expected):
    write(tmp_path, [], batched)
    found = table(tmp_path, experiment())
    assert [*found.get("objective", [])] == expected
    assert set(found.get("platform", [])) <= {"batched"}
    assert len(draw(found, experiment()).axes) == max(1, len(set(expected)))


def test_each_panel_shows_actual_against_predicted_beside_the_ideal_line():
    """One of the three pairs of points is in the wrong order: tau is (2 - 1) / 3."""
    rows = [
        ("single", "top1", 70.0, 71.0),
        ("single", "top1", 72.0, 74.0),
        ("single", "top1", 73.0, 73.5),
        ("batched", "latency", 5.0, 7.0),
        ("batched", "latency", 6.0, 8.0),
    ]
    shown = pd.DataFrame(rows, columns=["platform", "objective", "actual", "predicted"])
    top1, latency = draw(shown, experiment()).axes
    assert texts(top1) == (
        "Top-1 accuracy: τ = 0.33",
        "Actual Top-1 accuracy (%)",
        "Predicted Top-1 accuracy (%)",
    )
    assert texts(latency) == (
        "Latency, batched: τ = 1.00",
        "Actual Latency (ms)",
        "Predicted Latency (ms)",
    )
    assert [places(cloud) for cloud in clouds(top1)] == [[(70, 71), (72, 74), (73, 73.5)]]
    assert line(top1, "ideal") == [(70, 70), (74, 74)]
    assert line(latency, "ideal") == [(5, 5), (8, 8)]
