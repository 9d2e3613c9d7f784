import numpy as np
import pytest
from sacrebleu.metrics.bleu import BLEU

from archfront.core.paired import paired_difference
from archfront.evaluation.bleu import statistics


def test_only_images_on_which_two_differ_make_the_difference_uncertain():
    """100 of 1,000 images are right for one only, 50 for the other only: 5 points. The standard
    error of the mean of +1, -1 and 0 is sqrt(0.15 - 0.05^2) / sqrt(1000) = 1.21 points."""
    one = np.repeat([True, True, False, False], [600, 100, 50, 250])
    other = np.repeat([True, False, True, False], [600, 100, 50, 250])
    found = paired_difference({"right": one}, {"right": other})
    assert found.value == pytest.approx(5)
    assert found.low == pytest.approx(5 - 1.96 * 1.214, abs=0.15)
    assert found.high == pytest.approx(5 + 1.96 * 1.214, abs=0.15)
    back = paired_difference({"right": other}, {"right": one})
    assert back == pytest.approx((-5, -found.high, -found.low))
    assert paired_difference({"right": one}, {"right": one}) == (0, 0, 0)


def test_intervals_cover_the_truth():
    """Two sub-networks with 70 and 68 % in the mean, whose answers are correlated."""
    inside = 0
    for seed in range(40):
        hard = np.random.default_rng(seed).random((300, 3))
        one = hard[:, 0] + 0.2 * hard[:, 1] < 0.8
        other = hard[:, 0] + 0.2 * hard[:, 2] < 0.78
        found = paired_difference({"right": one}, {"right": other}, seed)
        inside += found.low <= 2 <= found.high
    assert inside >= 35


def test_the_difference_of_bleu_is_that_of_the_corpora():
    references = [f"the cat number {n} sat on the mat of its house" for n in range(30)]
    good = [text if n % 3 else text.replace("mat", "rug") for n, text in enumerate(references)]
    bad = [text if n % 2 else text.replace("sat on", "lay") for n, text in enumerate(references)]
    sides = [statistics(side, references, "sacrebleu") for side in (good, bad)]
    scores = [BLEU().corpus_score(side, [references]).score for side in (good, bad)]
    found = paired_difference({"statistics": sides[0]}, {"statistics": sides[1]})
    assert found.value == pytest.approx(scores[0] - scores[1], abs=1e-9)
    assert found.low < found.value < found.high


def test_records_that_do_not_belong_together_are_refused():
    right = {"right": np.ones(3, bool)}
    with pytest.raises(ValueError, match="3 and 2 examples cannot be compared"):
        paired_difference(right, {"right": np.ones(2, bool)})
    with pytest.raises(ValueError, match="no records to compare: right and statistics"):
        paired_difference(right, {"statistics": np.ones((3, 10))})
