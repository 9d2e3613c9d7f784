"""What the paper's figures compute from an experiment's files, by hand."""

import pandas as pd
import pytest
from paper_folder import ROLES, SMALL

from archfront.config.experiment import validated
from archfront.config.queries import runs
from archfront.paper import fig5, fig11
from archfront.paper.report import described
from archfront.paper.study import inside, named, narrowed, remarks, title


@pytest.fixture
def vision():
    return validated({"experiment": "scaled_vision"} | SMALL | ROLES["vision"])


def test_an_experiment_narrowed_runs_only_what_is_shown(vision):
    shown = narrowed(vision, ["batched"], ["full", "validation_warm"])
    assert runs(shown) == [
        (1, "batched", "full"),
        (2, "batched", "full"),
        (1, "batched", "validation_warm"),
        (2, "batched", "validation_warm"),
    ]
    both = narrowed(vision, ["batched"], ["concurrent", "concurrent_popdb"])
    assert {tactic for _, _, tactic in runs(both)} == {"concurrent", "concurrent_popdb"}
    assert vision["popdb"]["enabled"] and len(runs(vision)) > len(runs(shown))


def test_paths_tables_and_names_carry_the_experiment(vision):
    assert inside(vision, ["a.csv"]) == ["scaled_vision/a.csv"]
    assert named(vision, pd.DataFrame({"x": [1]})).columns.tolist() == ["experiment", "x"]
    assert title(vision) == "Instant"
    assert title({"supernet": {"name": "ofa_resnet50"}}) == "ofa_resnet50"
    assert remarks({"vision": vision}) == []
    assert "2 seeds; 12 samples, iterations of 4, at most 1" in described(vision)


def test_what_a_transferred_front_lacks_by_hand():
    rows = [
        (1, "cpu", "cpu", 0.8),
        (1, "cpu", "gpu", 0.6),
        (1, "gpu", "gpu", 0.5),
        (1, "gpu", "cpu", 0.5),
    ]
    table = pd.DataFrame(rows, columns=["seed", "platform", "front_of", "hypervolume"])
    lost = fig5.losses(pd.concat([table, table])).set_index(["platform", "front_of"])["loss"]
    assert lost["cpu", "gpu"] == pytest.approx(0.25) and lost["gpu", "cpu"] == 0
    assert len(lost) == 2


def test_the_best_within_the_limit_by_hand():
    table = pd.DataFrame(
        {
            "tactic": ["weaknas"] * 3,
            "seed": 1,
            "top1": [70.0, 75.0, 72.0],
            "macs": [200.0, 400.0, 290.0],
            "within": [1, 0, 1],
        }
    )
    assert fig11.bests(table)["top1"].tolist() == [72.0]
