import pandas as pd
import pytest
from helpers.experiment_files import experiment

from archfront.analytics.style import panels
from archfront.core.objective import OBJECTIVES
from archfront.paper.latency_axis import as_drawn, relabel, with_normalised


def test_latencies_are_normalised_over_an_experiment_and_a_platform():
    """Eq. (2): (l - l_min) / l_max. A failed measurement has no latency and does not count."""
    table = pd.DataFrame(
        {
            "experiment": ["one", "one", "one", "two"],
            "platform": ["cpu", "cpu", "gpu", "cpu"],
            "latency": [2.0, 8.0, 5.0, None],
            "top1": [1, 2, 3, 4],
        }
    )
    found = with_normalised(table)
    assert list(found) == ["experiment", "platform", "latency", "normalised_latency", "top1"]
    assert found["normalised_latency"].fillna(-1).tolist() == [0, 6 / 8, 0, -1]
    assert found["latency"].equals(table["latency"]) and "normalised_latency" not in table


def test_a_table_of_one_platform_is_normalised_as_a_whole():
    found = with_normalised(pd.DataFrame({"predicted_latency": [2.0, 4.0]}), "predicted_latency")
    assert found["normalised_predicted_latency"].tolist() == [0, 0.5]


def test_a_table_without_latency_stays_as_it_is():
    table = pd.DataFrame({"macs": [1.0]})
    settings = experiment(objectives=["top1", "macs"])
    assert with_normalised(table) is table and as_drawn(table, settings) == (table, settings)


def test_the_bound_is_drawn_on_the_axis_of_the_points():
    """2 and 8 ms; the bound of 6 ms is at (6 - 2) / 8."""
    settings = experiment(bounds={"latency": 6, "top1": 50})
    rows, drawn = as_drawn(pd.DataFrame({"latency": [2.0, 8.0]}), settings)
    assert rows["latency"].tolist() == [0, 0.75]
    assert drawn["bounds"] == {"latency": pytest.approx(0.5), "top1": 50}
    assert settings["bounds"]["latency"] == 6


def test_the_label_of_a_normalised_axis_has_no_unit():
    _, (axis,) = panels(1)
    axis.set(xlabel=f"Predicted {OBJECTIVES['latency'].axis}", ylabel=OBJECTIVES["top1"].axis)
    relabel(axis)
    assert axis.get_xlabel() == "Predicted normalised latency"
    assert axis.get_ylabel() == "Top-1 accuracy (%)"
