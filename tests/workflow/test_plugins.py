"""An objective, a predictor and an algorithm of the user's own, in one run of the workflow."""

import pandas as pd
import pytest
from helpers.runs import CONFIG, Folder


@pytest.mark.slow
def test_plug_ins_of_every_sort_run_together(tmp_path):
    config = CONFIG | {
        "platforms": {"single": {}, "batched": {"batch_size": 4}},
        "objectives": ["top1", "own:energy", "own:memory"],
        "predictors": {"top1": "sklearn.neighbors:KNeighborsRegressor"},
        "search": CONFIG["search"] | {"algorithm": "own:random_search"},
    }
    folder = Folder(tmp_path / "run", config)
    done = folder.run()
    assert done.returncode == 0, done.stderr[-5000:]
    front = pd.read_csv(folder.results / "seed1/single/concurrent/front.csv")
    assert len(front) and front["memory"].tolist() == (4 * front["params"]).tolist()
    # Energy depends on the platform's batch, and was measured on each.
    other = pd.read_csv(folder.results / "seed1/batched/samples/archive.csv")
    one = pd.read_csv(folder.results / "seed1/single/samples/archive.csv")
    assert (other["energy"] / one["energy"]).tolist() == pytest.approx([2.0] * len(one))
    assert {"predicted_energy", "predicted_memory"} <= set(
        pd.read_csv(folder.results / "seed1/single/full/history.csv")
    )
    assert (folder.results / "figures" / "fronts.png").exists()
