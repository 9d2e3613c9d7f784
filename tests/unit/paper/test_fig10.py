import pandas as pd
import pytest
from helpers.drawn import legend_entries, line, texts, with_label
from helpers.experiment_files import BOX, experiment, files_below, rows_of, write_rows

from archfront.core.files import write_json
from archfront.paper.fig10 import ROLES, draw, inputs, table

STUDY = {
    "vision": experiment(
        experiment="vision",
        tactics=["full", "concurrent", "validation"],
        seeds=[1],
        popdb={"enabled": True},
        warm_start={"target": "batched", "source": "single", "tactics": ["validation", "full"]},
    ),
    "rivals": experiment(
        experiment="rivals",
        platforms={"any": {}},
        tactics=["full", "random"],
        seeds=[1],
        sampling={"count": 20},
    ),
}
LATENCIES = {
    "vision/seed1/batched/validation": 8.0,
    "vision/seed1/batched/full": 6.0,
    "vision/seed1/batched/concurrent": 4.0,
    "vision/seed1/batched/validation_warm": 2.0,
    "rivals/seed1/any/full": 9.0,
    "rivals/seed1/any/random": 7.0,
}
"""Latency of the only sub-network of each run. Its top-1 is half-way through the box."""


def test_the_paper_s_tactics_are_shown_on_the_target_of_the_warm_start(tmp_path):
    """The hypervolume is a half of (10 - latency) / 10. An experiment without warm starts is shown
    with all its tactics."""
    for run, latency in LATENCIES.items():
        path = tmp_path / run / "archive.csv"
        write_rows(path, "digest top1 latency reason", ("a", 70.0, latency, ""))
    for place in ("vision/reference/batched.json", "rivals/reference/any.json"):
        write_json(tmp_path / place, BOX)
    assert files_below(tmp_path) == sorted(inputs(STUDY))
    assert set(ROLES) == set(STUDY)
    found = table(tmp_path, STUDY)
    assert rows_of(found, "experiment platform tactic seed validations") == [
        ("vision", "batched", "validation", 1, 1),
        ("vision", "batched", "full", 1, 1),
        ("vision", "batched", "concurrent", 1, 1),
        ("vision", "batched", "validation_warm", 1, 1),
        ("rivals", "any", "full", 1, 1),
        ("rivals", "any", "random", 1, 1),
    ]
    assert found["hypervolume"].tolist() == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.05, 0.15])


def test_each_panel_shows_the_curves_of_an_experiment():
    rows = [
        ("vision", "full", 1, 0.2),
        ("vision", "full", 2, 0.3),
        ("vision", "validation_warm", 1, 0.4),
        ("rivals", "full", 1, 0.05),
    ]
    columns = ["experiment", "tactic", "validations", "hypervolume"]
    figure = draw(pd.DataFrame(rows, columns=columns), STUDY)
    vision, rivals = figure.axes
    assert texts(vision) == ("Instant, batched", "Validations", "Hypervolume")
    assert texts(rivals) == ("Instant, any", "Validations", "Hypervolume")
    assert line(vision, "Full search") == [(1, 0.2), (2, 0.3)]
    assert line(vision, "NSGA-II on validations, warm start") == [(1, 0.4)]
    assert line(rivals, "Full search") == [(1, 0.05)]
    ends = [with_label(axis, "end of the random samples").get_xdata() for axis in (vision, rivals)]
    assert ends == [[12, 12], [20, 20]]
    assert legend_entries(figure) == [
        "Full search",
        "NSGA-II on validations, warm start",
        "end of the random samples",
    ]
