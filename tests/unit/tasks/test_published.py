import pytest
from helpers.published_data import needs_published

from archfront.core.registry import ConfigError
from archfront.supernets.registry import supernet
from archfront.tasks.published import log_files

REPLAY = "archfront.rehearsal:Replay"


def test_without_published_logs_it_says_how_to_come_by_them(monkeypatch, tmp_path):
    monkeypatch.setenv("ARCHFRONT_PUBLISHED_DATA", str(tmp_path / "nothing"))
    with pytest.raises(ConfigError, match=r"ARCHFRONT_PUBLISHED_DATA.*rehearse on supernet: emb"):
        supernet(REPLAY)


@needs_published
def test_the_published_logs_are_read_whole():
    network = supernet(REPLAY)
    assert len(log_files()) == 5 and len(network.measurements) == 2373
    assert list(network.measurements) == ["top1", "file"]
    _, values, _ = network.training_rows("top1")
    assert len(values) == 2162 and values.max() == pytest.approx(77.466, abs=0.01)
