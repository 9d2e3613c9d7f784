"""One real small run: the embedded super-network, measured latencies, every tactic, an export."""

import pandas as pd
import pytest
import yaml
from helpers.runs import ROOT, Folder

from archfront.core.files import read_json
from archfront.measurement.store import MeasurementStore

pytestmark = pytest.mark.xdist_group("latency")


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    config = yaml.safe_load((ROOT / "experiments" / "ci.yaml").read_text())
    folder = Folder(tmp_path_factory.mktemp("embedded") / "run", config)
    done = folder.run("results/ci/summary.csv")
    assert done.returncode == 0, done.stderr[-5000:]
    return folder


def test_every_run_has_a_measured_front(ran):
    summary = pd.read_csv(ran.path / "results" / "ci" / "summary.csv")
    assert len(summary) == 3 and (summary["front_size"] > 0).all() and not summary["failed"].any()
    assert (summary["knee_top1"] > 20).all() and (summary["knee_latency"] > 0).all()


def test_nothing_of_ours_ran_while_a_latency_was_measured(ran):
    measured = MeasurementStore(ran.path / "results" / "store").measurements()
    alone = {(m.session, m.started, m.finished) for m in measured if "platform" in m.key}
    together = {(m.session, m.started, m.finished) for m in measured if "platform" not in m.key}
    assert len(alone) > 5 and len(together) > 20
    for session, begin, end in alone:
        for other, started, finished in alone | together:
            assert session == other or finished <= begin or started >= end


def test_the_exported_sub_network_has_the_archived_top1(ran):
    done = ran.run("export")
    assert done.returncode == 0, done.stderr[-5000:]
    folder = ran.path / "results" / "ci" / "export"
    about = read_json(folder / "measurements.json")
    assert about["checked"]["top1"] == pytest.approx(about["measured"]["top1"], abs=1e-6)
    front = pd.read_csv(ran.path / about["front"])
    assert about["digest"] in set(front["digest"])
    for name in ("subnetwork.json", "net.config", "weights.pt", "subnetwork.onnx"):
        assert (folder / name).stat().st_size > 50
