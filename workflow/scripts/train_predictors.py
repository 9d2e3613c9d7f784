"""Train one predictor per objective that is not exact."""

from job import logged, supernet

from archfront.predictors import predictor
from archfront.search.proposal import train
from archfront.tables import read_archive

with logged(snakemake.log[0]):
    params = snakemake.params
    archive = read_archive(snakemake.input.archive)
    predictors = train(supernet(params), archive, params.objectives, params.kinds)
    predictor.save(predictors, snakemake.output.predictors)
