import pytest

from archfront.core import consistency
from archfront.core.consistency import ChangedMeanwhile


def test_what_the_data_were_prepared_under_is_compared_with_what_is_there_now(tmp_path):
    now = {"top1": {"images": 100, "resolution": (32, 32)}, "latency": {"supernet": "a"}}
    consistency.note(tmp_path, now)
    consistency.check(tmp_path, "top1", now["top1"])
    consistency.check(tmp_path, "latency", now["latency"])
    with pytest.raises(ChangedMeanwhile, match="supernet was 'a' and is 'b'"):
        consistency.check(tmp_path, "latency", {"supernet": "b"})
    with pytest.raises(ChangedMeanwhile, match="images was 100 and is None"):
        consistency.check(tmp_path, "top1", {"resolution": (32, 32)})


def test_a_prepared_file_that_changed_is_refused_where_it_is_read(tmp_path):
    (tmp_path / "lists").mkdir()
    for name in ("glyphs.npz", "lists/validation.csv"):
        (tmp_path / name).write_text("one")
    assert consistency.prepared(tmp_path, "glyphs.npz") == tmp_path / "glyphs.npz"
    consistency.note(tmp_path, {})
    for name in ("glyphs.npz", "lists/validation.csv"):
        assert consistency.prepared(str(tmp_path), name) == tmp_path / name
        (tmp_path / name).write_text("another")
        with pytest.raises(ChangedMeanwhile, match=f"{name} is not the file that was prepared"):
            consistency.prepared(tmp_path, name)
