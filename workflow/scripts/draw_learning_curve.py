"""Predictor errors against training rows, for every predicted objective of a platform."""

import pandas as pd
from job import logged, supernet

from archfront.files import write_table
from archfront.predictors.quality import learning_curves
from archfront.tables import read_archive

with logged(snakemake.log[0]):
    params = snakemake.params
    samples = pd.concat([read_archive(path) for path in snakemake.input.samples])
    curve, pairs = learning_curves(
        supernet(params),
        samples.drop_duplicates("digest"),
        {name: kind for name, kind in params.kinds.items() if name in params.objectives},
        params.learning_curve["rows"],
        params.learning_curve["trials"],
    )
    write_table(snakemake.output.curve, curve)
    write_table(snakemake.output.pairs, pairs)
