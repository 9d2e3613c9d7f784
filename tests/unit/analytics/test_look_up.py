import numpy as np
import pandas as pd
import pytest
from helpers.drawn import legend_entries, line, points, texts
from helpers.experiment_files import experiment, files_below, write_rows
from instant import Instant

from archfront.analytics.look_up import draw, inputs, table
from archfront.core.files import write_table
from archfront.core.population_table import with_digests

SETTINGS = experiment(platforms={"single": {}}, predictors={"latency": "look_up"})
BLOCKS = [(number, 1.0 + number, 0.0) for number in range(9)]
"""The latency of block number 0 is 1 ms, of number 8 (the largest) 9 ms."""
SPACE = Instant().space


def write(folder, rows, latencies):
    """The two seeds' samples. The last one of seed 1 is in seed 2 too."""
    samples = with_digests(SPACE, rows).assign(latency=latencies, reason="")
    half = len(rows) // 2
    write_table(folder / "seed1/single/samples/archive.csv", samples[: half + 1])
    write_table(folder / "seed2/single/samples/archive.csv", samples[half:])
    write_rows(folder / "look_up/single.csv", "block latency spread", *BLOCKS)
    return samples["digest"].tolist()


def drawn_rows(count):
    """The smallest and the largest sub-network, and random ones."""
    return np.concatenate([SPACE.extremes(), SPACE.sample(count - 2, 1)])


def test_the_look_up_table_is_summed_over_the_blocks(tmp_path):
    """The smallest sub-network has three blocks of 1 ms, the largest nine of 9 ms. The one that
    failed is left out, and each of the others is there once."""
    latencies = np.arange(20.0, 40.0)
    latencies[5] = np.nan
    digests = write(tmp_path, drawn_rows(20), latencies)
    assert files_below(tmp_path) == sorted(inputs(SETTINGS))
    found = table(tmp_path, SETTINGS)
    assert [*found.columns] == ["platform", "digest", "measured", "look_up", "predicted"]
    assert found["digest"].tolist() == digests[:5] + digests[6:]
    assert found["measured"].tolist() == [*range(20, 25), *range(26, 40)]
    assert found["look_up"].tolist()[:2] == [3, 81]
    assert set(found["platform"]) == {"single"}


def test_a_row_is_predicted_from_the_other_rows(tmp_path):
    """Only one sub-network begins with a kernel of 7, and it takes 100 ms more than the number of
    its blocks. A predictor that has seen it would explain that by the kernel."""
    rows = SPACE.sample(60, 1)
    rows[:, 0] = 0
    rows[7, 0] = 2
    rows = rows[SPACE.first_occurrences(rows)]
    odd = np.flatnonzero(rows[:, 0] == 2)
    blocks = (SPACE.canonical(rows)[:, -3:] + 1).sum(axis=1).astype(float)
    latencies = blocks + 100 * (rows[:, 0] == 2)
    write(tmp_path, rows, latencies)
    predicted = table(tmp_path, SETTINGS)["predicted"].to_numpy()
    assert predicted[odd] == pytest.approx(blocks[odd], abs=5)


def test_a_panel_shows_both_estimates_beside_the_ideal_line():
    """The look-up table gives twice the latency: an error of 100 %, the order is right. Ridge errs
    by 0, 100 and 50 %; of its three pairs, one is in the wrong order: (2 - 1) / 3."""
    shown = pd.DataFrame(
        {
            "platform": "single",
            "digest": ["a", "b", "c"],
            "measured": [1.0, 2.0, 4.0],
            "look_up": [2.0, 4.0, 8.0],
            "predicted": [1.0, 4.0, 2.0],
        }
    )
    figure = draw(shown, SETTINGS)
    (axis,) = figure.axes
    title = "single\nlook-up table: τ = 1.00, MAPE 100.0 %\nridge: τ = 0.33, MAPE 50.0 %"
    assert texts(axis) == (title, "Measured Latency (ms)", "Estimated Latency (ms)")
    assert points(axis, "look-up table") == [(1, 2), (2, 4), (4, 8)]
    assert points(axis, "ridge") == [(1, 1), (2, 4), (4, 2)]
    assert line(axis, "ideal") == [(1, 1), (4, 4)]
    assert legend_entries(figure) == ["ideal", "look-up table", "ridge"]
