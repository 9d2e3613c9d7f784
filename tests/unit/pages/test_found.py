from archfront.measurement import store as stores
from archfront.measurement.store import Measurement, MeasurementStore
from archfront.pages import found
from archfront.pages.project import Project


def test_of_the_store_only_what_changed_is_read_again(tmp_path, monkeypatch):
    project, read = Project(tmp_path), []

    def counted(path):
        read.append(path)
        return stores.read_segment(path)

    monkeypatch.setattr(found, "read_segment", counted)
    first, second = (MeasurementStore(project.results / "store") for _ in range(2))
    for number, store in enumerate((first, second)):
        key = {"objective": "top1", "supernet": "s", "configuration": {"d": [number]}}
        store.append(Measurement(key, 1.0 + number, finished=float(number)))
    everything = found.store_table(project)
    assert sorted(everything["value"]) == [1.0, 2.0] and len(read) == 2
    assert list(everything.columns) == list(first.table().columns)
    assert found.store_table(project) is everything and len(read) == 2
    key = {"objective": "top1", "supernet": "s", "configuration": {"d": [9]}}
    second.append(Measurement(key, 3.0, finished=9.0))
    assert sorted(found.store_table(project)["value"]) == [1.0, 2.0, 3.0] and len(read) == 3
