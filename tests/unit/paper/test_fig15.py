from helpers.drawn import texts
from helpers.experiment_files import experiment, rows_of, write_rows

from archfront.paper.fig15 import draw, table

STUDY = {"vision_rows": experiment(experiment="one")}


def test_the_first_predictor_of_latency_is_drawn_for_each_platform(tmp_path):
    """The first predictor of a platform is the paper's choice; the others are in the table."""
    for name, first in (("single", "svr"), ("batched", "ridge")):
        write_rows(
            tmp_path / f"one/learning_curves/{name}/curve.csv",
            "objective predictor features rows trial mape tau",
            ("top1", "ridge", "one_hot", 5, 0, 1.0, 0.9),
            ("latency", first, "counts", 5, 0, 8.0, 0.8),
            ("latency", "mlp", "counts", 5, 0, 9.0, 0.7),
        )
    found = table(tmp_path, STUDY)
    assert rows_of(found, "platform objective predictor") == [
        ("single", "latency", "svr"),
        ("single", "latency", "mlp"),
        ("batched", "latency", "ridge"),
        ("batched", "latency", "mlp"),
    ]
    (axis,) = draw(found, STUDY).axes
    assert texts(axis) == ("Instant", "Training rows", "MAPE of Latency (%)")
    told = [text.get_text() for text in axis.get_legend().get_texts()]
    assert told == ["svr, single", "ridge, batched"]
