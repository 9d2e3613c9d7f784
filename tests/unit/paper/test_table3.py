import pytest
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.paper.table3 import inputs, table

STUDY = {
    "vision_rows": experiment(experiment="one", seeds=[1, 2], sampling={"count": 50}),
    "residual_rows": experiment(experiment="two", platforms={"any": {}}),
}


def write(results, place, predictor, tested, *points):
    """Training rows, trial and tau of the predictor; beside it top-1 and another predictor.
    ``tested`` is the number of rows that the latencies were tested on."""
    write_rows(
        results / place / "curve.csv",
        "objective predictor features rows trial mape tau",
        ("top1", "ridge", "one_hot", 99, 0, 1.0, 0.1),
        *[("latency", predictor, "counts", n, trial, 5.0, tau) for n, trial, tau in points],
        ("latency", "mlp", "counts", 60, 0, 5.0, 0.2),
    )
    write_rows(
        results / place / "actual_predicted.csv",
        "objective predictor features actual predicted",
        *[("top1", "ridge", "one_hot", 70.0, 71.0)] * 7,
        *[("latency", predictor, "counts", 5.0, 6.0)] * tested,
    )


def test_tau_with_the_most_training_rows_by_hand(tmp_path):
    """Taus of 0.8 and 1: the mean is 0.9, the deviation 0.1 times the root of 2."""
    single = (10, 0, 0.3), (40, 0, 0.8), (40, 1, 1.0)
    batched = (10, 0, 0.3), (30, 0, 0.6), (30, 1, 0.6)
    write(tmp_path, "one/learning_curves/single", "svr", 58, *single)
    write(tmp_path, "one/learning_curves/batched", "ridge", 68, *batched)
    write(tmp_path, "two/learning_curves/any", "svr", 4, (5, 0, 0.5), (5, 1, 0.5))
    assert files_below(tmp_path) == sorted(inputs(STUDY))
    found = table(tmp_path, STUDY)
    assert rows_of(found, "experiment supernet platform predictor features rows") == [
        ("one", "Instant", "single", "svr", "counts", 40),
        ("one", "Instant", "batched", "ridge", "counts", 30),
        ("two", "Instant", "any", "svr", "counts", 5),
    ]
    assert found["tau"].tolist() == pytest.approx([0.9, 0.6, 0.5])
    assert found["tau_std"].tolist() == pytest.approx([0.1 * 2**0.5, 0, 0])


def test_the_rows_that_were_tested_on_are_counted(tmp_path):
    """The two seeds have 50 samples each, and the smallest and the largest sub-network in common:
    with 40 training rows, 58 are left. On ``batched`` three of them have no latency."""
    write(tmp_path, "one/learning_curves/single", "svr", 58, (40, 0, 0.8))
    write(tmp_path, "one/learning_curves/batched", "svr", 55, (40, 0, 0.8))
    found = table(tmp_path, {"vision_rows": STUDY["vision_rows"]})
    assert rows_of(found, "platform rows tested") == [("single", 40, 58), ("batched", 40, 55)]
