import pandas as pd
from helpers.drawn import clouds, places, texts
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.analytics.proxies import draw, inputs, table

COLUMNS = "digest top1 naswot macs params latency reason"
WITH_SCORE = experiment(objectives=["top1", "naswot", "latency"])


def test_the_samples_of_all_seeds_are_there_once(tmp_path):
    """b is a sample of both seeds; c has no top-1. The samples on the first platform are read: MACs
    and top-1 are the same on every platform."""
    write_rows(
        tmp_path / "seed1/single/samples/archive.csv",
        COLUMNS,
        ("a", 70.0, 3.0, 100.0, 10.0, None, "latency: out of time; "),
        ("b", 72.0, 4.0, 150.0, 12.0, 2.0, ""),
        ("c", None, 5.0, 200.0, 15.0, 3.0, "top1: the value was nan; "),
    )
    write_rows(
        tmp_path / "seed2/single/samples/archive.csv",
        COLUMNS,
        ("b", 72.0, 4.0, 150.0, 12.0, 2.0, ""),
        ("d", 74.0, None, 300.0, 20.0, 5.0, "naswot: the value was nan; "),
    )
    assert files_below(tmp_path) == sorted(inputs(experiment()))
    found = table(tmp_path, experiment())
    assert [*found.columns] == ["digest", "top1", "macs", "params"]
    assert rows_of(found, "digest top1 macs params") == [
        ("a", 70, 100, 10),
        ("b", 72, 150, 12),
        ("d", 74, 300, 20),
    ]
    scored = table(tmp_path, WITH_SCORE)
    assert rows_of(scored, "digest naswot") == [("a", 3), ("b", 4)]


def test_a_panel_per_proxy_shows_top1_against_it():
    """The MACs order all three pairs as top-1 does, the parameters none, the score two: tau is 1,
    -1 and (2 - 1) / 3."""
    rows = [
        ("a", 70.0, 100.0, 30.0, 1.0),
        ("b", 72.0, 200.0, 20.0, 3.0),
        ("c", 74.0, 300.0, 10.0, 2.0),
    ]
    shown = pd.DataFrame(rows, columns=["digest", "top1", "macs", "params", "naswot"])
    axes = draw(shown, WITH_SCORE).axes
    assert [texts(axis) for axis in axes] == [
        ("MACs: τ = 1.00", "MACs (millions)", "Top-1 accuracy (%)"),
        ("Parameters: τ = -1.00", "Parameters (millions)", "Top-1 accuracy (%)"),
        ("NASWOT score: τ = 0.33", "NASWOT score", "Top-1 accuracy (%)"),
    ]
    assert [places(*clouds(axis)) for axis in axes] == [
        [(100, 70), (200, 72), (300, 74)],
        [(30, 70), (20, 72), (10, 74)],
        [(1, 70), (3, 72), (2, 74)],
    ]
