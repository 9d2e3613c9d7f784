import numpy as np
import pandas as pd
import pytest
from helpers.drawn import legend_entries, texts, with_label, words
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.analytics.predictor_error import NO_CURVE
from archfront.paper.learning_curves import curves, draw, inputs, summary

COLUMNS = "objective predictor features rows trial mape tau"
STUDY = {
    "vision_rows": experiment(experiment="one"),
    "residual_rows": experiment(experiment="two", platforms={"any": {}}),
}
TOP1 = ("top1", "ridge", "one_hot", 5, 0, 1.0, 0.9)


def latency(error):
    return ("latency", "svr", "counts", 5, 0, error, 0.8)


@pytest.fixture
def results(tmp_path):
    for place, error in (("one", "single"), 8.0), (("one", "batched"), 9.0), (("two", "any"), 7.0):
        path = tmp_path / place[0] / f"learning_curves/{place[1]}/curve.csv"
        write_rows(path, COLUMNS, TOP1, latency(error))
    return tmp_path


@pytest.mark.parametrize(
    ("per_platform", "expected"),
    [
        (True, [("one", "single", 8), ("one", "batched", 9), ("two", "any", 7)]),
        (False, [("one", "single", 1), ("two", "any", 1)]),
    ],
)
def test_quality_is_there_once_and_latency_once_per_platform(results, per_platform, expected):
    assert files_below(results) == sorted(inputs(STUDY))
    found = curves(results, STUDY, per_platform)
    assert rows_of(found, "experiment platform mape") == expected
    assert set(found["objective"]) == {"latency" if per_platform else "top1"}
    assert [*found.columns] == ["experiment", "supernet", "platform", *COLUMNS.split()]


ROW = {"supernet": "Net", "platform": "cpu", "objective": "top1", "features": "one_hot"}


def rows(experiment, predictor, *points, **changes):
    """The rows of a curve: number of training rows, MAPE and tau."""
    known = ROW | {"experiment": experiment, "predictor": predictor} | changes
    return [known | {"rows": n, "mape": mape, "tau": tau} for n, mape, tau in points]


def test_mean_and_deviation_over_the_trials_by_hand():
    """Errors of 1 and 3 %: the mean is 2, the deviation the root of 2."""
    table = rows("one", "ridge", (5, 1.0, 0.5), (5, 3.0, 0.7), (10, 1.0, 0.9), (10, 1.0, 0.9))
    found = summary(pd.DataFrame(table))
    assert rows_of(found, "experiment supernet platform objective predictor rows features") == [
        ("one", "Net", "cpu", "top1", "ridge", 5, "one_hot"),
        ("one", "Net", "cpu", "top1", "ridge", 10, "one_hot"),
    ]
    assert found[["mape_mean", "mape_std", "tau_mean", "tau_std"]].to_numpy() == pytest.approx(
        np.array([(2, 2**0.5, 0.6, 0.1 * 2**0.5), (1, 0, 0.9, 0)])
    )


def curve(axis, label):
    return [tuple(point) for point in with_label(axis, label).lines[0].get_xydata().tolist()]


def test_a_panel_has_a_curve_per_predictor():
    """The curve of the second predictor lies 1 % right of the first one's."""
    table = [
        *rows("one", "ridge", (100, 2.0, 0), (200, 1.0, 0)),
        *rows("one", "mlp", (100, 8.0, 0)),
        *rows("two", "svr", (100, 4.0, 0), (100, 6.0, 0), supernet="Text", objective="bleu"),
    ]
    figure = draw(pd.DataFrame(table), STUDY)
    one, two = figure.axes
    assert texts(two) == ("Text", "Training rows", "MAPE of BLEU (%)")
    assert texts(one) == ("Net", "Training rows", "MAPE of Top-1 accuracy (%)")
    assert curve(two, "svr") == [(100, 5)]
    assert curve(one, "ridge") == [(100, 2), (200, 1)] and curve(one, "mlp") == [(101, 8)]
    assert {axis.get_yscale() for axis in (one, two)} == {"log"}
    assert legend_entries(figure) == ["ridge", "mlp", "svr"]


def test_several_platforms_are_named_in_a_legend_of_the_panel():
    table = [
        *rows("one", "svr", (100, 2.0, 0), objective="latency"),
        *rows("one", "svr", (100, 3.0, 0), objective="latency", platform="gpu"),
    ]
    figure = draw(pd.DataFrame(table), {"vision_rows": STUDY["vision_rows"]})
    (axis,) = figure.axes
    assert curve(axis, "svr, cpu") == [(100, 2)] and curve(axis, "svr, gpu") == [(101, 3)]
    told = [text.get_text() for text in axis.get_legend().get_texts()]
    assert told == ["svr, cpu", "svr, gpu"] and not figure.legends


def test_an_experiment_without_a_curve_says_so(tmp_path):
    """Too few samples of ``two`` have a value; of ``one``, only top-1 has a curve."""
    write_rows(tmp_path / "one/learning_curves/single/curve.csv", COLUMNS, TOP1)
    for place in "one/learning_curves/batched", "two/learning_curves/any":
        write_rows(tmp_path / place / "curve.csv", COLUMNS)
    one, two = draw(curves(tmp_path, STUDY, per_platform=False), STUDY).axes
    assert curve(one, "ridge") == [(5, 1)] and words(two) == f"Instant: {NO_CURVE}"
    figure = draw(curves(tmp_path, STUDY, per_platform=True), STUDY)
    assert {words(axis) for axis in figure.axes} == {f"Instant: {NO_CURVE}"} and not figure.legends
