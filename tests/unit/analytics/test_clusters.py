import pandas as pd
import pytest
from helpers.drawn import colour, legend_entries, points, texts, with_label
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.analytics.clusters import draw, inputs, table

COLUMNS = "predicted_top1 predicted_latency cluster"
SETTINGS = experiment(popdb={"enabled": True})
ONE_SEED = experiment(popdb={"enabled": True}, seeds=[1])


def test_the_clusters_of_all_seeds_are_one_table(tmp_path):
    write_rows(tmp_path / "seed1/popdb/clusters.csv", COLUMNS, (70.0, 5.0, 0), (60.0, 9.0, -1))
    write_rows(tmp_path / "seed2/popdb/clusters.csv", COLUMNS, (71.0, 6.0, 1))
    assert files_below(tmp_path) == sorted(inputs(SETTINGS))
    assert rows_of(table(tmp_path, SETTINGS), f"seed {COLUMNS}") == [
        (1, 70.0, 5.0, 0),
        (1, 60.0, 9.0, -1),
        (2, 71.0, 6.0, 1),
    ]


def test_a_panel_shows_the_clusters_and_the_noise_of_a_seed():
    rows = [
        (1, 70.0, 5.0, 0),
        (1, 71.0, 6.0, 1),
        (1, 70.5, 5.5, 0),
        (1, 60.0, 9.0, -1),
        (2, 72.0, 7.0, 0),
    ]
    one, two = (
        figure := draw(pd.DataFrame(rows, columns=["seed", *COLUMNS.split()]), SETTINGS)
    ).axes
    axes = "Predicted Latency (ms)", "Predicted Top-1 accuracy (%)"
    assert texts(one) == ("Seed 1: 2 clusters, 25% noise", *axes)
    assert texts(two) == ("Seed 2: 1 clusters, 0% noise", *axes)
    assert points(one, "noise") == [(9, 60)]
    assert points(one, "cluster 0") == [(5, 70), (5.5, 70.5)]
    assert points(one, "cluster 1") == [(6, 71)]
    assert points(two, "cluster 0") == [(7, 72)]
    assert legend_entries(figure) == ["noise", "cluster 0", "cluster 1"]


@pytest.mark.parametrize(
    ("count", "entries"),
    [
        (12, ["noise", *(f"cluster {number}" for number in range(12))]),
        (13, ["noise", "clusters (colours repeat)"]),
    ],
)
def test_many_clusters_share_an_entry_of_the_legend(count, entries):
    shown = pd.DataFrame(
        {"seed": 1, "predicted_top1": 70.0, "predicted_latency": 5.0, "cluster": range(count)}
    )
    assert legend_entries(draw(shown, ONE_SEED)) == entries


def test_named_clusters_differ_in_colour_or_marker():
    shown = pd.DataFrame(
        {"seed": 1, "predicted_top1": 70.0, "predicted_latency": 5.0, "cluster": range(12)}
    )
    (axis,) = draw(shown, ONE_SEED).axes
    clouds = [with_label(axis, f"cluster {number}") for number in range(12)]
    looks = {(colour(cloud), len(cloud.get_paths()[0].vertices)) for cloud in clouds}
    assert len(looks) == 12
