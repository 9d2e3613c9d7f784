"""BLEU of a corpus, by a scorer that says which one it is.

``sacrebleu`` scores detokenised sentences as they are. ``compound`` is what HAT's tables call
"normal": tokenised sentences with compounds split at their hyphens, as fairseq's ``score.py``
counts them. Always of the whole corpus, never the mean of sentences or batches.
"""

import json
import re
from collections.abc import Sequence

SCORERS = "sacrebleu", "compound"
RESAMPLED = 200
"""Corpora drawn anew from the sentences, for the spread."""


def bleu(
    hypotheses: Sequence[str], references: Sequence[str], scorer: str
) -> tuple[float, float, str]:
    """BLEU (0 to 100, higher is better), half its 95 % confidence interval, and which BLEU it is:
    the scorer and sacrebleu's signature."""
    from sacrebleu.metrics import BLEU

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


def parted(sentence: str) -> str:
    """The sentence with each compound split at its hyphens."""
    return re.sub(r"(\S)-(\S)", r"\1 ##AT##-##AT## \2", sentence)
