import pandas as pd
import pytest
from helpers.drawn import legend_entries, line, texts
from helpers.experiment_files import BOX, experiment, files_below, rows_of, write_rows

from archfront.core.files import write_json
from archfront.paper.fig12 import ROLES, draw, inputs, table

STUDY = {
    "popdb": experiment(
        experiment="vision",
        seeds=[1],
        popdb={"enabled": True, "source": "single", "target": "batched"},
        concurrent={"start": None},
    )
}


def test_concurrentnas_is_shown_in_both_spaces_on_the_target_of_popdb(tmp_path):
    """The hypervolume is a half of (10 - latency) / 10."""
    for tactic, latency in (("concurrent", 8.0), ("concurrent_popdb", 4.0)):
        path = tmp_path / f"vision/seed1/batched/{tactic}/archive.csv"
        write_rows(path, "digest top1 latency reason", ("a", 70.0, latency, ""))
    write_json(tmp_path / "vision/reference/batched.json", BOX)
    assert files_below(tmp_path) == sorted(inputs(STUDY))
    assert set(ROLES) == set(STUDY)
    found = table(tmp_path, STUDY)
    assert rows_of(found, "experiment platform tactic seed validations") == [
        ("vision", "batched", "concurrent", 1, 1),
        ("vision", "batched", "concurrent_popdb", 1, 1),
    ]
    assert found["hypervolume"].tolist() == pytest.approx([0.1, 0.3])


def test_the_panel_shows_a_curve_per_space():
    shown = pd.DataFrame(
        {
            "tactic": ["concurrent", "concurrent", "concurrent_popdb"],
            "validations": [1, 2, 1],
            "hypervolume": [0.1, 0.2, 0.3],
        }
    )
    figure = draw(shown, STUDY)
    (axis,) = figure.axes
    assert texts(axis) == ("batched", "Validations", "Hypervolume")
    assert line(axis, "archfront's ConcurrentNAS") == [(1, 0.1), (2, 0.2)]
    assert line(axis, "archfront's ConcurrentNAS in the PopDB space") == [(1, 0.3)]
    assert line(axis, "end of the random samples") == [(12, 0), (12, 1)]
    assert legend_entries(figure) == [
        "archfront's ConcurrentNAS",
        "archfront's ConcurrentNAS in the PopDB space",
        "end of the random samples",
    ]
