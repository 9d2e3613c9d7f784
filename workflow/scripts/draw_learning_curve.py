"""Compute the error of the predictors against the number of training rows, for every predicted
objective of a platform."""

from job import logged, supernet

from archfront.core.archive import all_samples
from archfront.core.files import write_table
from archfront.predictors.kinds import UNTRAINED
from archfront.predictors.quality import learning_curves

with logged(snakemake.log[0]):
    params = snakemake.params
    curve, pairs = learning_curves(
        supernet(params),
        all_samples(snakemake.input.samples),
        {n: k for n, k in params.kinds.items() if n in params.objectives and k not in UNTRAINED},
        params.learning_curve["rows"],
        params.learning_curve["trials"],
        params.learning_curve["compare"],
    )
    write_table(snakemake.output.curve, curve)
    write_table(snakemake.output.pairs, pairs)
