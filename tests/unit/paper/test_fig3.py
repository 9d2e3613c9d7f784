from helpers.drawn import legend_entries, texts
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.paper.fig3 import draw, inputs, table

STUDY = {"vision_rows": experiment(experiment="one", platforms={"any": {}})}


def test_only_the_error_of_top1_is_shown(tmp_path):
    write_rows(
        tmp_path / "one/learning_curves/any/curve.csv",
        "objective predictor features rows trial mape tau",
        ("latency", "svr", "counts", 5, 0, 8.0, 0.8),
        ("top1", "ridge", "one_hot", 5, 0, 1.0, 0.9),
        ("top1", "ridge", "one_hot", 10, 0, 0.5, 0.9),
    )
    assert files_below(tmp_path) == inputs(STUDY)
    found = table(tmp_path, STUDY)
    assert rows_of(found, "experiment platform objective rows mape") == [
        ("one", "any", "top1", 5, 1),
        ("one", "any", "top1", 10, 0.5),
    ]
    figure = draw(found, STUDY)
    (axis,) = figure.axes
    assert texts(axis) == ("Instant", "Training rows", "MAPE of Top-1 accuracy (%)")
    assert legend_entries(figure) == ["ridge"]
