"""Train one predictor per objective that is not exact."""

import pandas as pd
from job import logged, supernet

from archfront.predictors import predictor
from archfront.search.proposal import train
from archfront.tables import read_archive

with logged(snakemake.log[0]):
    params = snakemake.params
    archive = read_archive(snakemake.input.archive)
    table = pd.read_csv(snakemake.input.look_up) if snakemake.input.look_up else None
    predictors = train(supernet(params), archive, params.objectives, params.kinds, table)
    predictor.save(predictors, snakemake.output.predictors)
