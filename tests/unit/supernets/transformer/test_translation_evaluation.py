import pytest
import torch

from archfront.supernets.transformer import translation_evaluation as evaluation
from archfront.supernets.transformer.transformer import BEAM
from archfront.tasks.parallel_text import ParallelText
from archfront.tasks.vocabulary import END, FairseqDictionary


class Counting(torch.nn.Module):
    """A model of two encoder layers that writes down what it is asked for."""

    def __init__(self):
        super().__init__()
        self.encoder = torch.nn.Module()
        self.encoder.layers = [None, None]
        self.sources, self.steps, self.given = [], [], []

    def encode_without_padding(self, source):
        self.sources.append(source)
        return [torch.full((len(source), source.shape[1], 4), float(layer)) for layer in (1, 2)]

    def memories(self, outputs, padding):
        self.given.append((outputs, padding))
        return ["memory 1", "memory 2", "memory 3"]

    def step(self, last, number, past, memories):
        self.steps.append((tuple(last.shape), number, list(past), memories))
        return torch.zeros(len(last), 7), [number] * 3


def test_encoding_is_of_sentences_that_end_with_the_end_token():
    model = Counting()
    evaluation.Encoding(model, 3, 5)()
    (source,) = model.sources
    assert source.shape == (3, 5) and (source[:, -1] == END).all()
    assert (source[:, :-1] == evaluation.TOKEN).all() and evaluation.TOKEN != END


def test_decoding_takes_a_step_per_token_with_all_hypotheses():
    model = Counting()
    decoding = evaluation.Decoding(model, 3, 5)
    assert len(model.sources) == 1 and model.steps == []
    decoding()
    assert len(model.sources) == 1, "the encoder is not part of the time of the decoder"
    assert [number for _, number, _, _ in model.steps] == [0, 1, 2, 3, 4]
    assert {shape for shape, _, _, _ in model.steps} == {(3 * BEAM,)}
    assert model.steps[0][2] == [None] * 3 and model.steps[3][2] == [2] * 3
    ((outputs, padding),) = model.given
    assert [output.unique().tolist() for output in outputs] == [[1.0], [2.0]] and padding is None


@pytest.mark.parametrize(
    ("found", "score"),
    [([[4, 5, 6, 7], [7, 6, 5, 4]], 100.0), ([[4, 5, 6, 7], [8, 8, 8, 8]], None)],
)
def test_bleu_is_that_of_what_the_model_writes(tmp_path, monkeypatch, found, score):
    (tmp_path / "dict.txt").write_text("one 5\ntwo 4\nthree 3\nfour 2\nfive 1\n")
    words, asked = FairseqDictionary(tmp_path / "dict.txt"), []
    source = [[4, 5, 6, 7, END], [7, 6, 5, 4, END]]
    text = ParallelText(source, ["one two three four", "four three two one"], words, "en")

    def translated(model, sentences, beam, length_penalty, device):
        asked.append((sentences, beam, length_penalty, device))
        return found

    monkeypatch.setattr(evaluation, "translated", translated)
    settings = {"beam": 3, "length_penalty": 0.7, "scorer": "sacrebleu", "validation_device": "cpu"}
    reading = evaluation.corpus_bleu(torch.nn.Linear(1, 1), text, settings)
    assert asked == [(source, 3, 0.7, "cpu")]
    assert reading.value == pytest.approx(score) if score else 0 < reading.value < 100
    assert reading.detail["sentences"] == 2 and "nrefs:1" in reading.detail["scorer"]
    assert reading.started <= reading.finished
