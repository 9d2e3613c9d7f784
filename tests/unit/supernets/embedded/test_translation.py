import itertools

import pytest
from helpers.embedded import TRANSLATION, prepared

from archfront.core.consistency import ChangedMeanwhile, note
from archfront.core.files import file_digest, read_json
from archfront.core.paired import paired_difference
from archfront.core.platform import Platform
from archfront.supernets.registry import supernet
from archfront.tasks import phrases
from archfront.tasks.vocabulary import SentencePiece

pytestmark = pytest.mark.xdist_group("latency")


NETWORK = supernet("embedded_transformer")
SPACE = NETWORK.space


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return prepared(NETWORK, tmp_path_factory.mktemp("data"), TRANSLATION)


def test_what_is_shipped_fits_together():
    record = read_json(NETWORK.record)
    assert record["weights_sha256"] == file_digest(NETWORK.weights) == NETWORK.digest()
    assert record["data_digest"] == phrases.digest()
    size = NETWORK.weights.stat().st_size + NETWORK.vocabulary.stat().st_size
    assert size <= 4_000_000 and SPACE.size == 20_150_773_056
    assert len(SentencePiece(NETWORK.vocabulary)) == NETWORK.geometry.source_words


def test_the_largest_translates_better_than_the_smallest(settings):
    smallest, largest = NETWORK.measure("bleu", SPACE.decode(SPACE.extremes()), None, settings)
    assert 10 < smallest.value < largest.value - 8 and largest.spread > 0
    assert largest.detail["scorer"].startswith("sacrebleu, nrefs:1") and "version" in str(
        largest.detail
    )
    (again,) = NETWORK.measure("bleu", SPACE.decode(SPACE.extremes()[1:]), None, settings)
    assert again.value == largest.value
    records = [reading.records for reading in (largest, smallest)]
    assert all(len(one["statistics"]) == TRANSLATION["validation_sentences"] for one in records)
    difference = paired_difference(*records)
    assert difference.value == pytest.approx(largest.value - smallest.value)
    assert difference.low > 0


def test_bleu_depends_on_all_that_the_key_names(settings):
    contexts = [
        NETWORK.context("bleu", settings | change)
        for change in ({}, {"beam": 1}, {"scorer": "compound"}, {"length_penalty": 1.0},
                       {"validation_sentences": 61}, {"validation_device": "cuda:1"})
    ]  # fmt: skip
    assert all(one != other for one, other in itertools.combinations(contexts, 2))
    assert NETWORK.context("latency", settings) == {"tokens": 30, "beam": 5}


def test_latency_is_the_encoders_and_the_decoders(settings):
    platform, given = Platform("here"), settings | {"reference": 10.0}
    configurations = SPACE.decode(SPACE.extremes())
    small, large = NETWORK.measure("latency", configurations, platform, given)
    for reading in (small, large):
        parts = reading.detail["encoder_ms"], reading.detail["decoder_ms"]
        assert reading.value == pytest.approx(sum(parts)) and min(parts) > 0
        assert reading.detail["decoder_ms"] > reading.detail["encoder_ms"]
        assert reading.spread > 0
    assert large.value > 1.5 * small.value
    with pytest.raises(ValueError, match="onnxruntime is not for translation"):
        [*NETWORK.measure("latency", configurations, Platform("o", runtime="onnxruntime"), given)]


def test_sentences_of_other_libraries_are_told(settings, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(phrases, "digest", lambda: "0" * 64)
    NETWORK.prepare_data(tmp_path, settings)
    assert "write other sentences (000000000000) than" in capsys.readouterr().err


def test_sentences_that_changed_after_their_preparation_are_refused(tmp_path):
    given = prepared(NETWORK, tmp_path, TRANSLATION)
    note(tmp_path, {})
    assert len(NETWORK.text(given).target) == TRANSLATION["validation_sentences"]
    german = (tmp_path / "validation.de").read_text().splitlines()
    (tmp_path / "validation.de").write_text("\n".join(german[::-1]) + "\n")
    with pytest.raises(ChangedMeanwhile, match=r"validation\.de is not the file that was prepared"):
        NETWORK.text(given)
