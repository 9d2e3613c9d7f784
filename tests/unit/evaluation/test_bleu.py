import numpy as np
import pytest

from archfront.evaluation.bleu import bleu, parted


def test_bleu_by_hand():
    """Two sentences of 4 and 6 words: precisions 9/10, 7/8, 5/6, 3/4, no brevity penalty."""
    hypotheses = ["a b c d", "e f g h i k"]
    score, spread, signature = bleu(hypotheses, ["a b c d", "e f g h i j"], "compound")
    assert score == pytest.approx(100 * (9 / 10 * 7 / 8 * 5 / 6 * 3 / 4) ** 0.25)
    assert spread > 0 and signature.startswith("compound, nrefs:1") and "tok:none" in signature
    assert bleu(["a b c d"], ["a b c d"], "compound")[0] == pytest.approx(100)
    assert bleu(["a b x d"], ["a b c d"], "compound")[0] == 0  # no smoothing: no 3-gram is right
    assert bleu(["The cat sat here."], ["The cat sat here ."], "sacrebleu")[0] == pytest.approx(100)


def test_corpus_bleu_is_not_the_mean_of_sentences():
    hypotheses = ["a b c d e", "v w x y z"]
    references = ["a b c d e", "v w x q z"]
    corpus = bleu(hypotheses, references, "sacrebleu")[0]
    each = [bleu([h], [r], "sacrebleu")[0] for h, r in zip(hypotheses, references, strict=True)]
    assert abs(corpus - np.mean(each)) > 1


def test_compounds_are_parted_at_their_hyphens():
    assert parted("state-of-the art - x-") == ("state ##AT##-##AT## of ##AT##-##AT## the art - x-")
