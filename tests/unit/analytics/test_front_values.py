import numpy as np
import pandas as pd
import pytest
from helpers.drawn import legend_entries, texts, with_label
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.analytics.front_values import draw, inputs, table

COLUMNS = "parameter kind value frequency"


def test_the_table_holds_the_shares_of_all_platforms(tmp_path):
    for name, share in (("single", 0.75), ("batched", 0.5)):
        rows = [("d_0", "d", 1, share), ("d_0", "d", 2, 1 - share)]
        write_rows(tmp_path / f"front_values/{name}.csv", COLUMNS, *rows)
    assert files_below(tmp_path) == sorted(inputs(experiment()))
    assert rows_of(table(tmp_path, experiment()), f"platform {COLUMNS}") == [
        ("single", "d_0", "d", 1, 0.75),
        ("single", "d_0", "d", 2, 0.25),
        ("batched", "d_0", "d", 1, 0.5),
        ("batched", "d_0", "d", 2, 0.5),
    ]


def test_texts_and_numbers_of_two_kinds_have_their_names():
    """As the file has them: the numbers are texts beside the texts of another kind."""
    rows = [("single", "w_0", "w", "None", 0.5), ("single", "w_0", "w", "relu", 0.5)]
    rows += [("single", "d_0", "d", "10", 0.5), ("single", "d_0", "d", "2", 0.5)]
    figure = draw(pd.DataFrame(rows, columns=["platform", *COLUMNS.split()]), experiment())
    shown = [[label.get_text() for label in axis.get_xticklabels()] for axis in figure.axes]
    assert shown == [["None", "relu"], ["2", "10"]]


def bars(axis, platform):
    """Middle and height of each bar of a platform."""
    shown = with_label(axis, platform).patches
    return np.array([(bar.get_x() + bar.get_width() / 2, bar.get_height()) for bar in shown])


def test_bars_show_the_mean_share_of_each_value():
    """The kernel sizes on ``single``: 3 in 0.2 and in 0.6 of the rows, so 0.4; 5 in 0.8 and in 0.4,
    so 0.6. ks_2 is never active. The deviation of 0.2 and 0.6 is 0.2 times the root of 2."""
    rows = [
        ("single", "ks_0", "ks", 5, 0.8),
        ("single", "ks_0", "ks", 3, 0.2),
        ("single", "ks_1", "ks", 5, 0.4),
        ("single", "ks_1", "ks", 3, 0.6),
        ("single", "ks_2", "ks", 3, None),
        ("single", "ks_2", "ks", 5, None),
        ("single", "d_0", "d", 2, 1.0),
        ("batched", "ks_0", "ks", 3, 0.9),
        ("batched", "ks_0", "ks", 5, 0.1),
        ("batched", "d_0", "d", 2, 1.0),
    ]
    figure = draw(pd.DataFrame(rows, columns=["platform", *COLUMNS.split()]), experiment())
    kernels, depths = figure.axes
    assert texts(kernels) == ("", "Value of ks", "Share in the fronts")
    assert texts(depths) == ("", "Value of d", "Share in the fronts")
    assert [label.get_text() for label in kernels.get_xticklabels()] == ["3", "5"]
    assert [label.get_text() for label in depths.get_xticklabels()] == ["2"]
    assert bars(kernels, "single") == pytest.approx(np.array([(-0.2, 0.4), (0.8, 0.6)]))
    assert bars(kernels, "batched") == pytest.approx(np.array([(0.2, 0.9), (1.2, 0.1)]))
    assert bars(depths, "single") == pytest.approx(np.array([(-0.2, 1.0)]))
    (spread,) = with_label(kernels, "single").errorbar.lines[2]
    low, high = spread.get_segments()[0][:, 1]
    assert (low, high) == pytest.approx((0.4 - 0.2 * 2**0.5, 0.4 + 0.2 * 2**0.5))
    assert legend_entries(figure) == ["single", "batched"]
