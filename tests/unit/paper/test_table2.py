import pytest
from helpers.experiment_files import experiment, files_below, rows_of, write_rows

from archfront.paper.table2 import inputs, table

COMMON = {
    "platforms": {"any": {}},
    "objectives": ["top1"],
    "bounds": {"macs": 300},
    "seeds": [1, 2],
}
STUDY = {
    "weaknas": experiment(
        experiment="weaknas",
        tactics=["weaknas", "nsganetv2"],
        concurrent={"batch": 100},
        budgets={"nsganetv2": {"batch": 8}},
        **COMMON,
    ),
    "few": experiment(
        experiment="few", tactics=["concurrent_paper", "random", "weaknas"], **COMMON
    ),
}


def write(results, experiment, tactic, length, *best):
    """``length`` validations of each seed, of 60 % and 100 million MACs. ``best`` are better ones:
    their number, top-1, MACs; the top-1 of the second seed is 0.2 higher."""
    for seed in (1, 2):
        rows = {n: (f"s{n}", 60.0, 100.0, "") for n in range(1, length + 1)}
        rows |= {n: (f"b{n}", top1 + 0.2 * (seed - 1), macs, "") for n, top1, macs in best}
        path = results / f"{experiment}/seed{seed}/any/{tactic}/archive.csv"
        write_rows(path, "digest top1 macs reason", *rows.values())


def test_the_best_within_the_limit_after_so_many_validations(tmp_path):
    """Validation 700 is better than all, and beyond the limit of 300 million. The deviation of two
    values that differ by 0.2 is 0.1 times the root of 2."""
    beyond = (700, 90.0, 301.0)
    write(tmp_path, "weaknas", "weaknas", 1000, (800, 71.0, 290.0), beyond, (1000, 72.0, 280.0))
    write(tmp_path, "few", "concurrent_paper", 110, (100, 73.0, 300.0), (101, 74.0, 200.0))
    write(tmp_path, "few", "random", 110, (50, 70.5, 150.0), (101, 75.0, 200.0))
    write(tmp_path, "few", "weaknas", 110, (60, 70.4, 150.0), (101, 75.0, 200.0))
    write(tmp_path, "weaknas", "nsganetv2", 340, (340, 72.5, 150.0))
    assert files_below(tmp_path) == sorted(inputs(STUDY))
    found = table(tmp_path, STUDY)
    assert rows_of(found, "tactic terms samples batch validations seeds") == [
        ("weaknas", "published", 12, 100, 1000, 2),
        ("weaknas", "published", 12, 100, 800, 2),
        ("concurrent_paper", "equal", 12, 8, 100, 2),
        ("nsganetv2", "published", 12, 8, 340, 2),
        ("random", "equal", 12, 8, 100, 2),
        ("weaknas", "equal", 12, 8, 100, 2),
    ]
    assert found["top1"].tolist() == pytest.approx([72.1, 71.1, 73.1, 72.6, 70.6, 70.5])
    assert found["top1_std"].tolist() == pytest.approx([0.1 * 2**0.5] * 6)
    assert found["macs"].tolist() == [280, 290, 300, 150, 150, 150]
    assert found["macs_std"].tolist() == [0] * 6
