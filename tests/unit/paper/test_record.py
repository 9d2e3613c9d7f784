import shutil
import tarfile

import pandas as pd
import pytest
from helpers.experiment_files import experiment, write_rows
from instant import Instant

from archfront.core.files import read_table, write_table
from archfront.measurement.store import Measurement, MeasurementStore
from archfront.paper import fig9
from archfront.paper.record import MEASUREMENTS, verify, write_record
from archfront.supernets.registry import supernet

STUDY = {"vision": experiment(experiment="vision", platforms={"any": {}}, seeds=[1])}
SPACE = Instant().space
ROWS = SPACE.sample(3, 1)
TABLES = {"full": [(0, 70.0, 5.0), (2, 71.0, 4.0)], "concurrent": [(1, 72.0, 6.0)]}
"""Number of the sub-network, top-1 and latency of each row of the archives."""


@pytest.fixture
def results(tmp_path):
    """Two archives, and a store with their values."""
    store, digests = MeasurementStore(tmp_path / "run/store"), SPACE.digests(ROWS)
    for tactic, rows in TABLES.items():
        path = tmp_path / f"run/vision/seed1/any/{tactic}/archive.csv"
        shown = [(digests[n], 1, top1, latency, "") for n, top1, latency in rows]
        write_rows(path, "digest iteration top1 latency reason", *shown)
        for number, top1, latency in rows:
            (configuration,) = SPACE.decode(ROWS[[number]])
            for objective, value in (("top1", top1), ("latency", latency)):
                key = {"objective": objective, "configuration": configuration, "supernet": "real"}
                store.append(Measurement(key, value))
    return tmp_path / "run"


def recorded(results):
    path = results.parent / "record.tar.xz"
    write_record(results, {"fig9": STUDY}, path)
    return path


def test_a_record_draws_the_figures_without_the_results(results, tmp_path):
    expected, record = fig9.table(results, STUDY), recorded(results)
    shutil.rmtree(results)
    claims, wrong = verify(record, tmp_path / "drawn")
    assert not wrong and claims.empty
    drawn = read_table(tmp_path / "drawn/fig9.csv")
    pd.testing.assert_frame_equal(drawn, expected, check_dtype=False)
    assert (tmp_path / "drawn/fig9.png").read_bytes()[:4] == b"\x89PNG"


def test_a_record_is_the_same_bytes_again(results):
    first = recorded(results).read_bytes()
    assert recorded(results).read_bytes() == first


def test_a_value_that_nobody_measured_is_told(results, tmp_path):
    path = results / "vision/seed1/any/full/archive.csv"
    path.write_text(path.read_text().replace("70", "79"))
    _, wrong = verify(recorded(results), tmp_path / "drawn")
    place = "vision/seed1/any/full/archive.csv"
    assert wrong == [f"{place}: 1 values are not among the measurements"]


def test_measurements_of_a_rehearsal_are_left_out(results):
    """The rehearsal has the same archives, without elastic parameters; they are not compared with
    measurements."""
    form = {"name": "archfront.closed_form:ClosedForm", "space": "instant:Instant"}
    study = {"vision": STUDY["vision"] | {"supernet": form}}
    store = MeasurementStore(results / "store")
    for digest in ("another", supernet(study["vision"]).digest()):
        key = {"objective": "top1", "configuration": {"d": [2]}, "supernet": digest}
        store.append(Measurement(key, 1.0))
    path = results / "vision/seed1/any/full/archive.csv"
    path.write_text(path.read_text().replace("70", "79"))
    write_table(path, read_table(path).assign(ks_0=3))
    record = results.parent / "record.tar.xz"
    write_record(results, {"fig9": study}, record)
    with tarfile.open(record) as tar:
        archive = tar.extractfile("results/vision/seed1/any/full/archive.csv").read().decode()
        assert "top1" in archive and "ks_0" not in archive
        told = tar.extractfile(MEASUREMENTS).read().decode()
    assert told.count('"real"') == 6 and told.count('"another"') == 1
    assert "closed form" not in told
    assert verify(record, results.parent / "drawn")[1] == []


@pytest.mark.parametrize("content", [b"", b"text", b"\xfd7zXZ\0"])
def test_another_file_is_no_record(tmp_path, content):
    path = tmp_path / "record.tar.xz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"record\.tar\.xz is no record"):
        verify(path, tmp_path / "drawn")


def test_an_archive_without_studies_is_no_record(tmp_path):
    with tarfile.open(tmp_path / "record.tar.xz", "w:xz"):
        pass
    with pytest.raises(ValueError, match=r"is no record: .*studies\.json"):
        verify(tmp_path / "record.tar.xz", tmp_path / "drawn")
