import pandas as pd
import pytest
from helpers.experiment_files import BOX, experiment, files_below, rows_of, write_rows

from archfront.core.files import write_json
from archfront.paper import fig5


def test_what_a_transferred_front_lacks_by_hand():
    rows = [
        ("random", 1, "cpu", "cpu", 0.8),
        ("random", 1, "cpu", "gpu", 0.6),
        ("random", 1, "gpu", "gpu", 0.5),
        ("random", 1, "gpu", "cpu", 0.5),
        ("full", 1, "cpu", "cpu", 0.6),
        ("full", 1, "cpu", "gpu", 0.3),
    ]
    table = pd.DataFrame(rows, columns=["tactic", "seed", "platform", "front_of", "hypervolume"])
    lost = fig5.losses(pd.concat([table, table]))
    lost = lost.set_index(["tactic", "platform", "front_of"])["loss"]
    assert lost["random", "cpu", "gpu"] == pytest.approx(0.25)
    assert lost["random", "gpu", "cpu"] == 0 and lost["full", "cpu", "gpu"] == pytest.approx(0.5)
    assert len(lost) == 3


STUDY = {
    "vision": experiment(experiment="vision", seeds=[1], measurement={"chunk_size": 2}),
}


def write(results):
    for name in ("single", "batched"):
        write_json(results / f"vision/reference/{name}.json", BOX)
        other = "batched" if name == "single" else "single"
        for tactic in ("concurrent", f"concurrent_from_{other}"):
            write_rows(
                results / f"vision/seed1/{name}/{tactic}/archive.csv",
                "digest top1 latency reason",
                ("a", 80.0, 8.0, ""),
                ("b", 75.0, 7.9, ""),
                ("c", 70.0, 5.0, ""),
                ("d", 65.0, 6.0, ""),
                ("e", None, 1.0, "top1: the value was nan; "),
            )


def test_as_many_rows_of_each_front_are_compared(tmp_path):
    """a, b and c are the front; a and c, its ends, are the two with the largest crowding distance.
    In the box a fills 1 x 0.2, and c adds 0.5 x 0.3: 0.35."""
    write(tmp_path)
    assert files_below(tmp_path) == sorted(fig5.inputs(STUDY))
    found = fig5.table(tmp_path, STUDY)
    assert rows_of(found, "experiment seed platform front_of digest top1 latency") == [
        ("vision", 1, here, there, *row)
        for here in ("single", "batched")
        for there in ("single", "batched")
        for row in (("a", 80, 8), ("c", 70, 5))
    ]
    assert found["hypervolume"].tolist() == pytest.approx([0.35] * 8)
    assert found["normalised_latency"].tolist() == [3 / 8, 0] * 4
