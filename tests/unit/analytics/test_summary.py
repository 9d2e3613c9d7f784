import pandas as pd
import pytest
from helpers.experiment_files import BOX, experiment, rows_of, write_rows
from instant import Instant

from archfront.analytics.summary import page, provenance, provenance_table, summary_table
from archfront.core.files import write_json
from archfront.core.objective import OBJECTIVES
from archfront.core.space import configuration_digest
from archfront.measurement.store import Measurement, MeasurementStore

SETTINGS = experiment(seeds=[1])
COLUMNS = "digest top1 latency macs reason"
FAILED = ("b", None, 7.0, 150.0, "top1: the value was nan; ")
RUNS = {
    "single/full": [
        ("a", 70.0, 5.0, 100.0, ""),
        FAILED,
        ("c", 80.0, 8.0, 300.0, ""),
        ("d", 65.0, 10.0, 90.0, ""),
        ("e", 78.0, 6.0, 200.0, ""),
    ],
    "single/concurrent": [FAILED],
    "batched/full": [("a", 70.0, 5.0, 100.0, "")],
    "batched/concurrent": [("c", 80.0, 8.0, 300.0, "")],
}


@pytest.fixture
def folder(tmp_path):
    for run, rows in RUNS.items():
        write_rows(tmp_path / f"seed1/{run}/archive.csv", COLUMNS, *rows)
    for name in ("single", "batched"):
        write_json(tmp_path / f"reference/{name}.json", BOX)
    return tmp_path


def test_the_summary_has_a_row_per_run_by_hand(folder):
    """The front of the full search on ``single``: c with e and a. In the box from (60 %, 10 ms) to
    (80 %, 0 ms), c fills 1 x 0.2, e adds 0.9 x 0.2, and a adds 0.5 x 0.1: 0.43. The knee is e: 0.2
    of the front's top-1 and a third of its latency from the corner, where a and c are 1 away."""
    found = summary_table(folder, SETTINGS)
    assert rows_of(found, "platform tactic seed validations failed front_size") == [
        ("batched", "concurrent", 1, 1, 0, 1),
        ("batched", "full", 1, 1, 0, 1),
        ("single", "concurrent", 1, 1, 1, 0),
        ("single", "full", 1, 5, 1, 3),
    ]
    assert found["hypervolume"].tolist() == pytest.approx([0.2, 0.25, 0, 0.43])
    assert rows_of(found[found["front_size"] > 0], "knee knee_top1 knee_latency knee_macs") == [
        ("c", 80, 8, 300),
        ("a", 70, 5, 100),
        ("e", 78, 6, 200),
    ]
    nothing = found[found["front_size"] == 0]
    assert nothing.filter(like="knee").isna().all(axis=None)


def test_the_latency_of_the_knee_is_normalised_over_all_runs_on_its_platform(folder):
    """Latencies are from 5 to 8 ms on ``batched`` and from 5 to 10 ms on ``single``."""
    found = summary_table(folder, SETTINGS)["knee_normalised_latency"]
    assert found.dropna().tolist() == pytest.approx([3 / 8, 0, 1 / 10])
    without = summary_table(folder, SETTINGS | {"objectives": ["top1", "macs"]})
    assert "knee_normalised_latency" not in without


def test_the_front_of_the_summary_keeps_to_the_bounds(folder):
    found = summary_table(folder, SETTINGS | {"bounds": {"latency": 7}})
    assert found[found["platform"] == "single"]["front_size"].tolist() == [0, 2]
    assert found["failed"].tolist() == [0, 0, 1, 1]  # beyond a bound is not failed


def test_the_summary_repeats_the_remarks_of_the_supernet(folder, monkeypatch):
    assert "remarks" not in summary_table(folder, SETTINGS)
    monkeypatch.setattr(Instant, "remarks", lambda self, settings: ["small", "synthetic"])
    assert set(summary_table(folder, SETTINGS)["remarks"]) == {"small; synthetic"}


ONE, TWO = {"d": [1]}, {"d": [2]}


def measured(folder, monkeypatch, host, configuration, supernet="instant-1"):
    monkeypatch.setattr("archfront.measurement.store.host_facts", lambda: {"host": host})
    key = {"objective": "top1", "supernet": supernet, "configuration": configuration}
    MeasurementStore(folder).append(Measurement(key, 70.0))


def test_the_provenance_names_the_hosts_that_measured_the_experiment(folder, tmp_path, monkeypatch):
    """The experiment has two sub-networks, in two populations. ``stranger`` measured another
    sub-network, and ``old`` other weights."""
    one, two = configuration_digest(ONE), configuration_digest(TWO)
    write_rows(folder / "seed1/samples/population.csv", "digest", (one,), (two,))
    write_rows(folder / "seed1/single/concurrent/iteration1/population.csv", "digest", (two,))
    write_json(folder / "data/images.json", {"digest": "abc"})
    store = tmp_path / "store"
    measured(store, monkeypatch, "mine", ONE)
    measured(store, monkeypatch, "mine", TWO)
    measured(store, monkeypatch, "stranger", {"d": [3]})
    measured(store, monkeypatch, "old", ONE, "instant-0")
    (store / "damaged.jsonl").write_text("no check sum\n")
    facts = provenance(SETTINGS, folder, MeasurementStore(store))
    assert facts["hosts"] == [{"host": "mine"}]
    assert facts["distinct_subnetworks_measured"] == 2
    assert facts["damaged_store_lines"] == 1
    assert facts["data"] == {"images": {"digest": "abc"}}
    assert facts["references"] == {"single": BOX, "batched": BOX}
    assert facts["latency_ranges"]["single"] == {"l_min": 5, "l_max": 10}
    assert facts["objectives"] == {
        name: f"built in, protocol {OBJECTIVES[name].protocol}" for name in ("top1", "latency")
    }
    assert facts["supernet_digest"] == "instant-1" and facts["experiment"] == SETTINGS


def test_the_provenance_table_has_a_row_per_fact():
    facts = {
        "version": "1",
        "experiment": {"seeds": [1, 2], "bounds": {}},
        "hosts": [{"host": "a"}, {"host": "b"}],
        "remarks": [],
    }
    assert rows_of(provenance_table(facts), "fact value") == [
        ("version", "1"),
        ("experiment.seeds", [1, 2]),
        ("experiment.bounds", {}),
        ("hosts[0].host", "a"),
        ("hosts[1].host", "b"),
        ("remarks", []),
    ]


def test_the_page_shows_the_table_with_all_text_escaped():
    text = page("a & b", pd.DataFrame({"x<": ["</td>", "y"], "share": [1 / 3, None]}))
    assert "<title>a &amp; b</title>" in text and "<h1>a &amp; b</h1>" in text
    assert "<th>x&lt;</th>" in text and "<td>&lt;/td&gt;</td>" in text
    assert "<td>0.3333</td>" in text and "<td></td>" in text and "NaN" not in text
