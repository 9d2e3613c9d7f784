"""BLEU of a corpus by a named scorer.

The scorer ``sacrebleu`` scores detokenised sentences as they are. The scorer ``compound`` scores
tokenised sentences with compounds split at their hyphens, as fairseq's ``score.py`` does; HAT's
tables call it "normal". BLEU is computed over the whole corpus, never as a mean over sentences or
batches.
"""

import json
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SCORERS = "sacrebleu", "compound"
RESAMPLED = 200
"""Number of resampled corpora (bootstrap) for the confidence interval."""


def bleu(
    hypotheses: Sequence[str], references: Sequence[str], scorer: str
) -> tuple[float, float, str]:
    """BLEU (0 to 100, higher is better), half its 95 % confidence interval, and a signature: the
    name of the scorer and sacrebleu's signature."""
    from sacrebleu.metrics.bleu import BLEU

    metric = BLEU()
    if scorer == "compound":
        hypotheses, references = (
            [parted(one) for one in side] for side in (hypotheses, references)
        )
        metric = BLEU(tokenize="none", smooth_method="none", force=True)
    score = metric.corpus_score(hypotheses, [references], n_bootstrap=RESAMPLED)
    signature = str(metric.get_signature())
    told = json.loads(score.format(signature=signature, is_json=True, width=6))
    return score.score, told.get("confidence_var", 0.0), f"{scorer}, {signature}"


def statistics(
    hypotheses: Sequence[str], references: Sequence[str], scorer: str
) -> NDArray[np.uint16]:
    """The counts of each sentence that :func:`bleu` sums up: uint16 ``n x 10``. The columns are the
    number of words of the translation, and of the reference; the n-grams of 1 to 4 words that are
    right; all n-grams of 1 to 4 words."""
    from sacrebleu.metrics.bleu import BLEU

    # The effective order changes the score of a sentence, not its counts; without it sacrebleu
    # warns of each sentence.
    metric = BLEU(effective_order=True)
    if scorer == "compound":
        hypotheses, references = (
            [parted(one) for one in side] for side in (hypotheses, references)
        )
        metric = BLEU(effective_order=True, tokenize="none", force=True)
    scores = [
        metric.sentence_score(one, [other])
        for one, other in zip(hypotheses, references, strict=True)
    ]
    rows = [[score.sys_len, score.ref_len, *score.counts, *score.totals] for score in scores]
    return np.array(rows, np.uint16).reshape(-1, 10)


def parted(sentence: str) -> str:
    """The sentence with each compound split at its hyphens."""
    return re.sub(r"(\S)-(\S)", r"\1 ##AT##-##AT## \2", sentence)
