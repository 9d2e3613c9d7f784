import pandas as pd
from helpers.drawn import legend_entries, points, texts
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.paper.fig4 import ROLES, draw, inputs, table

COLUMNS = "predicted_top1 predicted_latency cluster"
STUDY = {"popdb": experiment(experiment="vision", popdb={"enabled": True}, seeds=[3, 1])}


def test_the_clusters_of_the_first_seed_are_read(tmp_path):
    write_rows(tmp_path / "vision/seed3/popdb/clusters.csv", COLUMNS, (70.0, 5.0, 0))
    assert files_below(tmp_path) == inputs(STUDY)
    assert set(ROLES) == set(STUDY)
    columns = f"{COLUMNS} normalised_predicted_latency"
    assert rows_of(table(tmp_path, STUDY), columns) == [(70, 5, 0, 0)]


def test_the_panel_shows_the_clusters_and_counts_the_individuals():
    """500 of 2,000 individuals are noise."""
    rows = [(70.0, 5.0, 0), (71.0, 6.0, 1), (72.0, 7.0, 1), (60.0, 9.0, -1)]
    figure = draw(pd.DataFrame(rows * 500, columns=COLUMNS.split()), STUDY)
    (axis,) = figure.axes
    assert texts(axis) == (
        "2,000 individuals: 2 clusters, 25% noise",
        "Predicted normalised latency",
        "Predicted Top-1 accuracy (%)",
    )
    # The latencies are from 5 to 9 ms: normalised (6 - 5) / 9 and (7 - 5) / 9.
    assert points(axis, "cluster 1")[:2] == [(1 / 9, 71), (2 / 9, 72)]
    assert legend_entries(figure) == ["noise", "cluster 0", "cluster 1"]
