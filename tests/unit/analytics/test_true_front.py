import itertools

import pandas as pd
import pytest
from helpers.experiment_files import experiment

from archfront.analytics.true_front import true_front
from archfront.core.files import write_json

ROWS = [
    # a, b, top1, latency on each platform
    (1, 1, 70.0, 1.0, 4.0),
    (1, 2, 72.0, 2.0, 3.0),
    (2, 1, 71.0, 3.0, 2.0),
    (2, 2, 74.0, 4.0, 1.0),
    (1, 3, 65.0, 5.0, 5.0),
    (2, 3, 66.0, 6.0, 6.0),
]


@pytest.fixture
def settings(tmp_path):
    table = pd.DataFrame(ROWS, columns=["a", "b", "accuracy", "slow", "fast"])
    table.to_csv(tmp_path / "t.csv", index=False)
    return experiment(
        supernet={
            "name": "archfront.rehearsal:Table",
            "table": str(tmp_path / "t.csv"),
            "parameters": ["a", "b"],
            "columns": {"top1": "accuracy", "latency": {"one": "slow", "two": "fast"}},
        },
        platforms={"single": {"model": "one"}, "batched": {"model": "two"}},
        objectives=["top1", "latency"],
        popdb={"enabled": False},
        tactics=["full"],
        sampling={"count": 6},
        learning_curve={"rows": [5]},
    )


def front(settings, platform):
    found = true_front(settings, platform)
    return found[["top1", "latency"]].to_numpy().tolist()


def test_the_front_of_all_sub_networks_on_each_platform(settings):
    assert front(settings, "single") == [[74, 4], [72, 2], [70, 1]]
    assert front(settings, "batched") == [[74, 1]]
    assert true_front(settings, "single")["digest"].is_unique


def test_bounds_and_a_constraint_hold(settings, tmp_path):
    assert front({**settings, "bounds": {"latency": 3}}, "single") == [[72, 2], [70, 1]]
    write_json(tmp_path / "allowed.json", {"allowed": {"b_0": [1]}})
    held = {**settings, "constraint": str(tmp_path / "allowed.json")}
    assert front(held, "single") == [[71, 3], [70, 1]]


def test_nothing_is_known_of_an_incomplete_table_or_a_measured_network(settings, tmp_path):
    rows = list(itertools.islice(ROWS, 5))
    table = pd.DataFrame(rows, columns=["a", "b", "accuracy", "slow", "fast"])
    table.to_csv(tmp_path / "t.csv", index=False)
    assert true_front(settings, "single") is None
    assert true_front({**settings, "supernet": "embedded_mobilenetv3"}, "single") is None
