import pytest
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.paper.table3 import inputs, table

STUDY = {
    "vision_rows": experiment(experiment="one", seeds=[1, 2], sampling={"count": 50}),
    "residual_rows": experiment(experiment="two", platforms={"any": {}}, seeds=[1]),
}


def write(results, place, predictor, *points):
    """Training rows, trial and tau of the predictor; beside it top-1 and another predictor."""
    write_rows(
        results / place / "curve.csv",
        "objective predictor features rows trial mape tau",
        ("top1", "ridge", "one_hot", 99, 0, 1.0, 0.1),
        *[("latency", predictor, "counts", n, trial, 5.0, tau) for n, trial, tau in points],
        ("latency", "mlp", "counts", 60, 0, 5.0, 0.2),
    )


def test_tau_with_the_most_training_rows_by_hand(tmp_path):
    """Of ``one``'s 2 x 50 samples, 40 are for training at most: 60 are tested on. Taus of 0.8 and
    1: the mean is 0.9, the deviation 0.1 times the root of 2. ``two`` has 12 samples."""
    write(tmp_path, "one/learning_curves/single", "svr", (10, 0, 0.3), (40, 0, 0.8), (40, 1, 1.0))
    write(
        tmp_path, "one/learning_curves/batched", "ridge", (10, 0, 0.3), (30, 0, 0.6), (30, 1, 0.6)
    )
    write(tmp_path, "two/learning_curves/any", "svr", (5, 0, 0.5), (5, 1, 0.5))
    assert files_below(tmp_path) == sorted(inputs(STUDY))
    found = table(tmp_path, STUDY)
    assert rows_of(found, "experiment supernet platform predictor features rows tested") == [
        ("one", "Instant", "single", "svr", "counts", 40, 60),
        ("one", "Instant", "batched", "ridge", "counts", 30, 70),
        ("two", "Instant", "any", "svr", "counts", 5, 7),
    ]
    assert found["tau"].tolist() == pytest.approx([0.9, 0.6, 0.5])
    assert found["tau_std"].tolist() == pytest.approx([0.1 * 2**0.5, 0, 0])
