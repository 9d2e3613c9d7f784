"""Predictor errors against training rows, for every predicted objective of a platform."""

import pandas as pd
from job import logged, supernet

from archfront.files import write_table
from archfront.predictors.predictor import LOOK_UP
from archfront.predictors.quality import learning_curves
from archfront.tables import read_archive

with logged(snakemake.log[0]):
    params = snakemake.params
    samples = pd.concat([read_archive(path) for path in snakemake.input.samples])
    curve, pairs = learning_curves(
        supernet(params),
        samples.drop_duplicates("digest"),
        {n: k for n, k in params.kinds.items() if n in params.objectives and k != LOOK_UP},
        params.learning_curve["rows"],
        params.learning_curve["trials"],
    )
    write_table(snakemake.output.curve, curve)
    write_table(snakemake.output.pairs, pairs)
