import pytest
import torch

from archfront.supernets.registry import supernet
from archfront.supernets.transformer.translator import rebuild

NETWORK = supernet("embedded_transformer")
SPACE = NETWORK.space


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    given = {
        "data": str(folder),
        "validation_sentences": 60,
        "validation_device": "cpu",
        "beam": 4,
        "length_penalty": 0.6,
        "scorer": "sacrebleu",
        "latency_seconds": 0.02,
        "latency_precision": 0.05,
    }
    NETWORK.prepare_data(folder, given)
    return given


def test_exported_files_translate_as_measured(settings, tmp_path):
    (configuration,) = SPACE.decode(SPACE.sample(1, 4))
    (measured,) = NETWORK.measure("bleu", [configuration], None, settings)
    checked = NETWORK.export(configuration, tmp_path, settings)
    assert checked["bleu"] == measured.value
    source, before = torch.tensor([[5, 6, 2]]), torch.tensor([[2, 9]])
    with torch.inference_mode():
        rebuilt = rebuild(tmp_path)(source, before)
        assert (rebuilt == NETWORK.extract(configuration)(source, before)).all()
