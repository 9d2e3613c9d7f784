import pytest
import torch
from helpers.embedded import TRANSLATION, prepared

from archfront.supernets.registry import supernet
from archfront.supernets.transformer.translator import rebuild

NETWORK = supernet("embedded_transformer")
SPACE = NETWORK.space


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return prepared(NETWORK, tmp_path_factory.mktemp("data"), TRANSLATION)


def test_exported_files_translate_as_measured(settings, tmp_path):
    (configuration,) = SPACE.decode(SPACE.sample(1, 4))
    (measured,) = NETWORK.measure("bleu", [configuration], None, settings)
    checked = NETWORK.export(configuration, tmp_path, settings)
    assert checked["bleu"] == measured.value
    source, before = torch.tensor([[5, 6, 2]]), torch.tensor([[2, 9]])
    with torch.inference_mode():
        rebuilt = rebuild(tmp_path)(source, before)
        assert (rebuilt == NETWORK.extract(configuration)(source, before)).all()
