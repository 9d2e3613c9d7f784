"""`snakemake status`: how far every run is, from what lies there."""

import shutil

import pytest
from helpers.runs import CONFIG

from archfront.config.experiment import validated
from archfront.measurement.store import MeasurementStore
from archfront.runs.progress import progress


def seen(folder):
    store = MeasurementStore(folder.path / "results/store")
    table = progress(validated(CONFIG), folder.results, store.table())
    return table.set_index(["platform", "tactic"])


def test_a_finished_run_has_ended_everywhere(finished):
    table = seen(finished)
    assert (table["state"] == ["measured", "limit", "measured", "limit", "limit"]).all()
    assert (table["validations"] == table["planned"]).all()
    assert table.loc[("single", "full"), "planned"] == 16
    assert table.loc[("batched", "concurrent_popdb"), "planned"] == 12
    assert (table["minutes"] == 0).all() and (table["failed"] == 0).all()
    told = finished.run("status")
    assert told.returncode == 0, told.stderr
    assert "12 of 12" in told.stdout and "5 of 5 runs have ended." in told.stdout


@pytest.mark.slow
def test_a_run_that_is_under_way_is_counted_sub_network_by_sub_network(finished, tmp_path):
    """As after a kill in iteration 2 of 2, of which everything but one latency was measured."""
    folder = finished.copy(tmp_path / "run")
    loop = folder.results / "seed1/single/concurrent"
    last = (loop / "iteration2/population.csv").read_text().splitlines()[-1].split(",")[0]
    before = seen(folder).loc[("single", "concurrent"), "hypervolume"]
    for name in ("archive.csv", "front.csv", "iteration2/archive.csv", "iteration2/verdict.json"):
        (loop / name).unlink()
    verdict = loop / "iteration1/verdict.json"
    verdict.write_text(verdict.read_text().replace('"limit"', '""'))
    shutil.rmtree(loop / "iteration3", ignore_errors=True)
    store = folder.path / "results/store"
    kept = []
    for path in store.glob("*.jsonl"):
        for line in path.read_text().splitlines(keepends=True):
            if not ('"objective":"latency"' in line and _digest_in(line) == last):
                kept.append(line)
        path.unlink()
    (store / "kept.jsonl").write_text("".join(kept))
    row = seen(folder).loc[("single", "concurrent")]
    assert row["state"] == "" and row["iteration"] == 2
    assert row["validations"] == 11 and row["planned"] == 12
    assert row["hypervolume"] <= before


def _digest_in(line):
    import json

    from archfront.core.space import configuration_digest

    record = json.loads(line.rpartition("\t")[0])
    return configuration_digest(record["key"]["configuration"]) if "key" in record else None
