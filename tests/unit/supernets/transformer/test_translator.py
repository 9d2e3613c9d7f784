import pytest
import torch
from helpers.embedded import TRANSLATION, prepared

from archfront.core.platform import Platform
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


def test_encoder_and_decoder_are_timed_one_by_one():
    """Both are parts of one sub-network; all others have parts of the same names."""
    configurations = SPACE.decode(SPACE.sample(2, 4))
    parts = NETWORK.parts(configurations, Platform("here", batch_size=3))
    assert [list(own) for own in parts] == [["encoder", "decoder"]] * 2
    for own in parts:
        (encoding, nothing), (decoding, _) = own["encoder"], own["decoder"]
        assert encoding.model is decoding.model and nothing == ()
        assert encoding.source.shape == (3, NETWORK.geometry.tokens)
