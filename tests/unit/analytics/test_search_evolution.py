import pandas as pd
from helpers.drawn import clouds, legend_entries, line, places, texts, with_label
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.analytics.search_evolution import draw, inputs, table

ARCHIVE = "digest iteration top1 latency reason"
HISTORY = "generation predicted_top1 predicted_latency"


def write(folder):
    """The start of the run, a, is better than all that the search found. Its sub-network b
    dominates c, and d has failed."""
    for name in ("single", "batched"):
        write_rows(
            folder / f"seed1/{name}/full/history.csv", HISTORY, (0, 65.0, 6.0), (7, 72.0, 3.0)
        )
        write_rows(
            folder / f"seed1/{name}/full/archive.csv",
            ARCHIVE,
            ("a", 0, 90.0, 1.0, ""),
            ("b", 1, 71.0, 3.5, ""),
            ("c", 1, 70.0, 4.0, ""),
            ("d", 1, None, 1.0, "top1: the value was nan; "),
            ("e", 1, 66.0, 2.0, ""),
        )


def test_the_table_holds_the_search_and_the_measured_front_of_its_proposals(tmp_path):
    write(tmp_path)
    assert files_below(tmp_path) == sorted(inputs(experiment()))
    found = table(tmp_path, experiment())
    seen = found[found["kind"] == "predicted"]
    assert rows_of(seen, "platform generation top1 latency") == [
        ("single", 0, 65, 6),
        ("single", 7, 72, 3),
        ("batched", 0, 65, 6),
        ("batched", 7, 72, 3),
    ]
    measured = found[found["kind"] == "measured"]
    assert rows_of(measured, "platform top1 latency") == [
        *[("single", 71, 3.5), ("single", 66, 2)],
        *[("batched", 71, 3.5), ("batched", 66, 2)],
    ]
    assert measured["generation"].isna().all()


def test_a_proposal_beyond_a_bound_is_not_on_the_front(tmp_path):
    write(tmp_path)
    found = table(tmp_path, experiment(bounds={"latency": 3}))
    assert found[found["kind"] == "measured"]["top1"].tolist() == [66, 66]


def test_a_panel_shows_the_generations_and_the_measured_front():
    rows = [
        ("single", "predicted", 0, 65.0, 6.0),
        ("single", "predicted", 7, 72.0, 3.0),
        ("single", "measured", None, 71.0, 3.5),
        ("single", "measured", None, 66.0, 2.0),
        ("batched", "predicted", 2, 60.0, 60.0),
        ("batched", "measured", None, 61.0, 61.0),
    ]
    columns = ["platform", "kind", "generation", "top1", "latency"]
    settings = experiment(bounds={"latency": 70})
    figure = draw(pd.DataFrame(rows, columns=columns), settings)
    single, batched, bar = figure.axes
    assert texts(single) == ("single", "Latency (ms)", "Top-1 accuracy (%)")
    assert texts(batched) == ("batched", "Latency (ms)", "Top-1 accuracy (%)")
    assert bar.get_ylabel() == "Generation"
    (cloud,) = clouds(single)
    assert places(cloud) == [(6, 65), (3, 72)] and cloud.get_array().tolist() == [0, 7]
    assert line(single, "best of the search, measured") == [(2, 66), (3.5, 71)]
    assert line(batched, "best of the search, measured") == [(61, 61)]
    assert with_label(batched, "bound").get_xdata() == [70, 70]
    assert sorted(legend_entries(figure)) == ["best of the search, measured", "bound"]
