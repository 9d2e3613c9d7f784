import numpy as np
import pandas as pd
import pytest
from helpers.experiment_files import rows_of, write_rows

from archfront.analytics.results import fronts, runs, searches, value_shares
from archfront.core.files import write_json
from archfront.core.space import ElasticParameter, SearchSpace

PAST = {"supernet": "gone:Net", "objectives": ["top1", "old"], "promise": 1}
SUMMARY = "platform tactic seed hypervolume"


def test_the_searches_of_finished_experiments_are_one_table(tmp_path):
    """The experiment ``running`` has no summary yet; ``new`` has a column that ``old`` lacks."""
    write_rows(tmp_path / "old/summary.csv", SUMMARY, ("cpu", "full", 1, 0.5))
    write_rows(tmp_path / "new/summary.csv", f"{SUMMARY} remarks", ("cpu", "full", 1, 0.6, "yes"))
    write_rows(tmp_path / "running/seed1/cpu/full/front.csv", "digest", ("a",))
    found = searches(tmp_path)
    assert [*found.columns] == ["experiment", *SUMMARY.split(), "remarks"]
    assert rows_of(found, f"experiment {SUMMARY}") == [
        ("new", "cpu", "full", 1, 0.6),
        ("old", "cpu", "full", 1, 0.5),
    ]
    assert found["remarks"].isna().tolist() == [False, True]


def test_a_run_without_provenance_is_listed_without_its_super_network(tmp_path):
    write_rows(tmp_path / "old/summary.csv", SUMMARY, ("cpu", "full", 1, 0.5))
    found, unreadable = runs(tmp_path)
    assert rows_of(found, "experiment supernet platform tactic seed objectives hypervolume") == [
        ("old", "", "cpu", "full", 1, "", 0.5)
    ]
    assert unreadable == []


def test_an_experiment_that_cannot_be_read_does_not_hide_the_others(tmp_path):
    """``whole`` has a config that nothing can read any more; its runs are listed all the same."""
    for name in ("cut", "empty", "list", "other", "text", "whole"):
        write_rows(tmp_path / name / "summary.csv", SUMMARY, ("cpu", "full", 1, 0.5))
    write_json(tmp_path / "whole/provenance.json", {"experiment": PAST})
    (tmp_path / "cut/provenance.json").write_text('{"experiment": ')
    (tmp_path / "empty/summary.csv").write_text("")
    (tmp_path / "list/provenance.json").write_text("[1]")
    (tmp_path / "other/summary.csv").write_text("a,b\n1,2\n")
    write_rows(tmp_path / "text/summary.csv", SUMMARY, ("cpu", "full", "one", 0.5))
    found, unreadable = runs(tmp_path)
    assert rows_of(found, "experiment supernet objectives") == [("whole", "gone:Net", "top1, old")]
    provenance, summary = "provenance.json", "summary.csv"
    places = [f"cut/{provenance}", f"empty/{summary}", f"list/{provenance}"]
    places += [f"other/{summary}", f"text/{summary}"]
    for text, place in zip(unreadable, places, strict=True):
        assert text.startswith(f"{place.partition('/')[0]}: {tmp_path / place}")


def test_every_measured_front_tells_where_it_is_from(tmp_path):
    for path, digest in (
        ("one/seed2/cpu/full", "a"),
        ("one/seed10/gpu/concurrent", "b"),
        ("two/seed1/cpu/random", "c"),
    ):
        write_rows(tmp_path / path / "front.csv", "digest top1", (digest, 70.0), (f"{digest}2", 60))
    write_rows(tmp_path / "one/summary.csv", SUMMARY, ("cpu", "full", 1, 0.5))
    (tmp_path / "notes.txt").write_text("no experiment")
    found = fronts(tmp_path)
    assert [*found.columns] == ["experiment", "seed", "platform", "tactic", "digest", "top1"]
    assert sorted(rows_of(found, "experiment seed platform tactic digest")) == [
        ("one", 2, "cpu", "full", "a"),
        ("one", 2, "cpu", "full", "a2"),
        ("one", 10, "gpu", "concurrent", "b"),
        ("one", 10, "gpu", "concurrent", "b2"),
        ("two", 1, "cpu", "random", "c"),
        ("two", 1, "cpu", "random", "c2"),
    ]


@pytest.mark.parametrize("past", [searches, fronts])
def test_without_results_the_table_is_empty(tmp_path, past):
    (tmp_path / "running").mkdir()
    for folder in (tmp_path, tmp_path / "absent"):
        assert past(folder).empty and [*past(folder).columns] == ["experiment"]


def test_the_share_of_a_value_is_among_the_rows_in_which_its_parameter_is_active():
    """Two of the four sub-networks have the second block; one of these has the kernel 5 there. The
    third block is never active."""
    space = SearchSpace(
        [
            ElasticParameter("d", (1, 2, 3)),
            ElasticParameter("ks", (3, 5), controller=0, threshold=1),
            ElasticParameter("ks", (3, 5), controller=0, threshold=2),
            ElasticParameter("ks", (3, 5), controller=0, threshold=3),
        ]
    )
    rows = [
        ("a", 1, 3, None, None),
        ("b", 1, 3, None, None),
        ("c", 2, 3, 3, None),
        ("d", 2, 5, 5, None),
    ]
    subnetworks = pd.DataFrame(rows, columns=["digest", "d_0", "ks_0", "ks_1", "ks_2"])
    assert rows_of(value_shares(space, subnetworks), "parameter kind value frequency") == [
        ("d_0", "d", 1, 0.5),
        ("d_0", "d", 2, 0.5),
        ("d_0", "d", 3, 0),
        ("ks_0", "ks", 3, 0.75),
        ("ks_0", "ks", 5, 0.25),
        ("ks_1", "ks", 3, 0.5),
        ("ks_1", "ks", 5, 0.5),
        ("ks_2", "ks", 3, pytest.approx(np.nan, nan_ok=True)),
        ("ks_2", "ks", 5, pytest.approx(np.nan, nan_ok=True)),
    ]
