import numpy as np
import pandas as pd
import pytest
from helpers.drawn import legend_entries, texts, with_label
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.analytics.predictor_error import draw, inputs, table

COLUMNS = "objective predictor features rows trial mape tau"
MEANS = "mape_mean mape_std tau_mean tau_std"


def write(folder, single, batched):
    write_rows(folder / "learning_curves/single/curve.csv", COLUMNS, *single)
    write_rows(folder / "learning_curves/batched/curve.csv", COLUMNS, *batched)


def test_mean_and_deviation_over_the_trials_by_hand(tmp_path):
    """An error of 1 % and of 3 %: the mean is 2, the deviation the root of 2. Top-1, which is the
    same on both platforms, is in the table once."""
    top1 = [
        ("top1", "ridge", "one_hot", 5, 0, 1.0, 0.5),
        ("top1", "ridge", "one_hot", 5, 1, 3.0, 0.7),
        ("top1", "ridge", "one_hot", 10, 0, 0.5, 0.9),
        ("top1", "ridge", "one_hot", 10, 1, 0.5, 0.9),
    ]
    latency = [
        ("latency", "svr", "counts", 5, 0, 8.0, 0.2),
        ("latency", "svr", "counts", 5, 1, 8.0, 0.2),
    ]
    write(tmp_path, [*top1, *latency], [*top1, *latency])
    assert files_below(tmp_path) == sorted(inputs(experiment()))
    found = table(tmp_path, experiment())
    assert rows_of(found, "platform objective predictor rows features") == [
        ("single", "latency", "svr", 5, "counts"),
        ("single", "top1", "ridge", 5, "one_hot"),
        ("single", "top1", "ridge", 10, "one_hot"),
        ("batched", "latency", "svr", 5, "counts"),
    ]
    assert found[MEANS.split()].to_numpy() == pytest.approx(
        np.array(
            [
                (8.0, 0.0, 0.2, 0.0),
                (2.0, 2**0.5, 0.6, 0.1 * 2**0.5),
                (0.5, 0.0, 0.9, 0.0),
                (8.0, 0.0, 0.2, 0.0),
            ]
        )
    )


def test_without_predictors_the_figure_is_empty(tmp_path):
    write(tmp_path, [], [])
    found = table(tmp_path, experiment())
    figure = draw(found, experiment())
    assert found.empty and len(figure.axes) == 2 and not figure.legends
    for axis in figure.axes:
        assert "No learning curve" in axis.texts[0].get_text()


def curve(axis, label):
    """The points of a curve, and half the length of each point's error bar."""
    line, _, (bars,) = with_label(axis, label).lines
    lengths = [float(np.ptp(segment[:, 1])) / 2 for segment in bars.get_segments()]
    return [(*point, length) for point, length in zip(line.get_xydata(), lengths, strict=True)]


def test_both_panels_have_a_curve_per_objective_and_predictor():
    """Each curve lies 1 % right of the one before, so that their error bars can be told apart."""
    rows = [
        ("single", "top1", "ridge", 100, 2.0, 0.5, 0.7, 0.1),
        ("single", "top1", "ridge", 200, 1.0, 0.25, 0.8, 0.05),
        ("single", "latency", "svr", 100, 8.0, 1.0, 0.5, 0.2),
        ("batched", "latency", "svr", 100, 9.0, 1.0, 0.4, 0.2),
    ]
    columns = ["platform", "objective", "predictor", "rows", *MEANS.split()]
    figure = draw(pd.DataFrame(rows, columns=columns), experiment())
    error, rank = figure.axes
    assert texts(error) == ("", "Training rows", "MAPE (%)")
    assert texts(rank) == ("", "Training rows", "Kendall's τ")
    labels = "Top-1 accuracy (ridge)", "Latency, single (svr)", "Latency, batched (svr)"
    assert legend_entries(figure) == [*labels]
    shown = curve(error, labels[0]) + curve(error, labels[1]) + curve(error, labels[2])
    assert shown == [
        pytest.approx((100, 2, 0.5)),
        pytest.approx((200, 1, 0.25)),
        pytest.approx((101, 8, 1)),
        pytest.approx((102, 9, 1)),
    ]
    assert curve(rank, labels[0]) == [
        pytest.approx((100, 0.7, 0.1)),
        pytest.approx((200, 0.8, 0.05)),
    ]


@pytest.mark.parametrize(
    ("errors", "labels"), [((9, 1.5), {"2", "3", "5"}), ((1.25, 0.55), {"0.6", "0.8", "1"})]
)
def test_errors_are_on_a_logarithmic_axis_with_plain_numbers(errors, labels):
    counts = zip((10, 99), errors, strict=True)
    rows = [("single", "top1", "ridge", n, error, 0, 0.5, 0) for n, error in counts]
    columns = ["platform", "objective", "predictor", "rows", *MEANS.split()]
    error, rank = draw(pd.DataFrame(rows, columns=columns), experiment()).axes
    assert error.get_yscale() == "log" and rank.get_yscale() == "linear"
    error.figure.canvas.draw()
    told = {text.get_text() for text in error.get_yticklabels(which="both")}
    assert labels <= told and not any("10^" in text for text in told)
