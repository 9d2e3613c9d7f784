import pandas as pd
import pytest
from helpers.paper_folder import ROLES, SMALL

from archfront.config.experiment import validated
from archfront.config.queries import runs
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
    space = {"name": "ofa_resnet50", "resolution": 128}
    rehearsal = {"name": "archfront.closed_form:ClosedForm", "space": space}
    assert title({"supernet": rehearsal}) == "ClosedForm of ofa_resnet50"
    replay = {"supernet": {"name": "archfront.rehearsal:Replay", "model": "boosted_trees"}}
    assert title(replay) == "Replay of ofa_mbv3_w1.0"
    assert remarks({"vision": vision}) == []
    assert "2 seeds; 12 samples, iterations of 4, at most 1" in described(vision)
